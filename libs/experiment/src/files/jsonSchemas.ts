import { z } from 'zod';
import {
  classicalFileSchema,
  defaultsFileSchema,
  experimentFileSchema,
  methodsFileSchema,
  profilesFileSchema,
} from './fileSchemas.ts';

const FILES = {
  'schema.json': ['An experiment: one table or figure', experimentFileSchema],
  '_defaults.schema.json': ['Every setting once', defaultsFileSchema],
  '_profiles.schema.json': ['How large experiments are run', profilesFileSchema],
  'methods.schema.json': ['What makes a method that method', methodsFileSchema],
  'classical.schema.json': ['Methods that are computed, not trained', classicalFileSchema],
} as const;

/**
 * JSON Schemas for editors, made from the schemas that check the files.
 *
 * @returns File name inside experiments/ to its content.
 */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(FILES).map(([file, [title, schema]]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [file, { $schema, title, ...rest }];
    }),
  );
}
