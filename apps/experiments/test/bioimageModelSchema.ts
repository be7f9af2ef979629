import { z } from 'zod';

/**
 * What the bioimage.io model description 0.5 demands of a model like ours, transcribed from its
 * Python classes (bioimageio.spec, model v0_5): names and types of keys, allowed values, required
 * ones. Strict, so that a misspelt key is found.
 */
const file = z.strictObject({
  source: z.string().regex(/^[^/\\]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const batch = z.strictObject({ type: z.literal('batch') });
const channel = z.strictObject({
  type: z.literal('channel'),
  id: z.literal('channel'),
  channel_names: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).min(1),
});
const space = <Size extends z.ZodRawShape>(size: Size) =>
  z.strictObject({
    type: z.literal('space'),
    id: z.enum(['x', 'y', 'z']),
    ...size,
    unit: z.literal('micrometer'),
    scale: z.number().positive(),
  });
const axes = <Size extends z.ZodRawShape>(size: Size) =>
  z.tuple([batch, space(size), space(size), space(size), channel]);
const processing = z.array(
  z.discriminatedUnion('id', [
    z.strictObject({
      id: z.literal('ensure_dtype'),
      kwargs: z.strictObject({ dtype: z.literal('float32') }),
    }),
    z.strictObject({
      id: z.literal('scale_linear'),
      kwargs: z.strictObject({ gain: z.number(), offset: z.number() }),
    }),
  ]),
);
const tensor = {
  id: z.string().regex(/^[a-z_]\w*$/),
  description: z.string().max(128),
  test_tensor: file,
  data: z.strictObject({ type: z.literal('float32') }),
};

export const bioimageModelSchema = z.strictObject({
  format_version: z.string().regex(/^0\.5\.\d+$/),
  type: z.literal('model'),
  id: z.string().regex(/^[a-z0-9_\-.][a-z0-9_\-/.]*[a-z0-9_\-.]$/),
  name: z
    .string()
    .min(5)
    .max(128)
    .regex(/^[A-Za-z0-9_+\- ()]+$/),
  description: z.string().min(1).max(1024),
  authors: z.array(z.strictObject({ name: z.string().regex(/^[^/\\]+$/) })).min(1),
  maintainers: z
    .array(z.strictObject({ github_user: z.string().regex(/^[A-Za-z0-9-]{1,39}$/) }))
    .min(1)
    .optional(),
  // also: below 500 kB, twice as wide as high or square
  covers: z.array(
    z.strictObject({ ...file.shape, source: z.string().regex(/\.(gif|jpe?g|png|svg)$/) }),
  ),
  cite: z
    .array(
      z
        .strictObject({
          text: z.string().min(1),
          doi: z.string().optional(),
          url: z.url().optional(),
        })
        .refine(({ doi, url }) => doi !== undefined || url !== undefined),
    )
    .min(1),
  license: z.string(),
  documentation: z.string().endsWith('.md'),
  attachments: z.array(file),
  tags: z.array(z.string()),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  inputs: z.tuple([
    z.strictObject({
      ...tensor,
      axes: axes({
        size: z.union([
          z.int().positive(),
          z.strictObject({ min: z.int().positive(), step: z.int().positive() }),
        ]),
      }),
      preprocessing: processing,
    }),
  ]),
  outputs: z.tuple([
    z.strictObject({
      ...tensor,
      axes: axes({
        // With a halo the size must be a reference, as it is here.
        size: z.strictObject({ tensor_id: z.literal('blurred'), axis_id: z.enum(['x', 'y', 'z']) }),
        halo: z.int().min(1).optional(),
      }),
      postprocessing: processing,
    }),
  ]),
  weights: z.strictObject({
    tensorflow_js: z.strictObject({
      ...file.shape,
      tensorflow_version: z.string().regex(/^\d+\.\d+/),
    }),
    onnx: z.strictObject({
      ...file.shape,
      opset_version: z.int().min(7),
      parent: z.literal('tensorflow_js'),
    }),
  }),
  config: z.looseObject({
    bioimageio: z.strictObject({
      reproducibility_tolerance: z.array(
        z.strictObject({
          relative_tolerance: z.number().min(0).max(0.01),
          absolute_tolerance: z.number().min(0),
        }),
      ),
    }),
  }),
});
