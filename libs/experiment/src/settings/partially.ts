import { z } from 'zod';

type KeysOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, K extends PropertyKey> = T extends unknown
  ? K extends keyof T
    ? T[K]
    : never
  : never;

/**
 * `T` with every key optional at every depth; arrays stay whole; of a union, the keys of all its
 * kinds.
 */
export type Partially<T> = [T] extends [readonly unknown[]]
  ? T
  : [T] extends [object]
    ? { readonly [K in KeysOf<T>]?: Partially<ValueOf<T, K>> | undefined }
    : T;

/**
 * The schema of a file that overrides some of the settings: every key optional at every depth,
 * still strict. A file need not repeat the kind of a discriminated union, so it may have the keys
 * of any; which belong together is judged when all files are merged.
 *
 * The type of the result follows from the construction, which zod's types cannot express; hence the
 * one assertion.
 */
export function partially<Schema extends z.ZodObject>(
  schema: Schema,
): z.ZodType<Partially<z.infer<Schema>>> {
  return optionalKeys(schema.shape) as unknown as z.ZodType<Partially<z.infer<Schema>>>;
}

function optionalKeys(shape: z.ZodRawShape): z.ZodObject {
  const keys = Object.entries(shape).map(
    ([key, value]) => [key, optionalInside(value as z.ZodType).optional()] as const,
  );
  return z.strictObject(Object.fromEntries(keys));
}

function optionalInside(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) return optionalKeys(schema.shape);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const options = schema.options as readonly z.ZodObject[];
    const { discriminator } = schema.def;
    const kinds = options.flatMap(({ shape }) => [
      ...(shape[discriminator] as z.ZodLiteral<string>).values,
    ]);
    const all = Object.assign({}, ...options.map(({ shape }) => shape)) as z.ZodRawShape;
    return optionalKeys({ ...all, [discriminator]: z.enum(kinds) });
  }
  return schema;
}
