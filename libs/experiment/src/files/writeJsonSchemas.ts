import { resolve } from 'node:path';
import { writeFileAtomically } from '@blurcycle/files';
import { jsonSchemas } from './jsonSchemas.ts';

// Run as a program: `npm run schema -w libs/experiment` writes the schemas that editors read beside
// the experiment files.
const directory = resolve(import.meta.dirname, '../../../../experiments');
for (const [file, schema] of Object.entries(jsonSchemas())) {
  await writeFileAtomically(resolve(directory, file), 'schema', JSON.stringify(schema));
}
