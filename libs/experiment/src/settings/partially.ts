import { z } from 'zod';

/** `T` with every key optional at every depth; arrays stay whole. */
export type Partially<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Partially<T[K]> | undefined }
    : T;

/**
 * The schema of a file that overrides some of the settings: every key optional at every depth, still strict.
 *
 * The type of the result follows from the construction, which zod's types cannot express; hence the one assertion.
 */
export function partially<Schema extends z.ZodObject>(schema: Schema): z.ZodType<Partially<z.infer<Schema>>> {
  return optionalKeys(schema) as unknown as z.ZodType<Partially<z.infer<Schema>>>;
}

function optionalKeys(schema: z.ZodObject): z.ZodObject {
  const shape = Object.entries(schema.shape).map(([key, value]) => {
    const inner = value instanceof z.ZodObject ? optionalKeys(value) : (value as z.ZodType);
    return [key, inner.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}
