import { z } from 'zod';

/** SHA-256 by the name or path of what was hashed. */
export const hashesSchema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

/** SHA-256 by the name or path of what was hashed. */
export type Hashes = Readonly<z.infer<typeof hashesSchema>>;
