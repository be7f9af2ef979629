import { z } from 'zod';

const side = z.int().positive().max(4096);
const lengthUm = z.number().positive();
const blockId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens');
const file = z.string().regex(/^figures\/[A-Za-z0-9_.-]+\.png$/, 'must be figures/<name>.png');
/** Intensities shown as black and as white. */
const displayWindow = z.tuple([z.number(), z.number()]).readonly();
const axis = z.strictObject({ label: z.string().min(1), unit: z.string().min(1).nullable() });

/**
 * Stacks of one field of view through one display window, one 8-bit gray PNG each, z planes
 * from top to bottom.
 */
const volumesBlockSchema = z.strictObject({
  kind: z.literal('volumes'),
  id: blockId,
  title: z.string().min(1),
  shape: z.tuple([side, side, side]).readonly(),
  voxelSizeUm: z.tuple([lengthUm, lengthUm, lengthUm]).readonly(),
  window: displayWindow,
  items: z
    .array(
      z.strictObject({
        id: blockId,
        label: z.string().min(1),
        role: z.enum(['input', 'truth', 'estimate']),
        file,
      }),
    )
    .min(1)
    .readonly(),
});

/** Lines over a number or over named steps, each point with its interval. */
const curvesBlockSchema = z.strictObject({
  kind: z.literal('curves'),
  id: blockId,
  title: z.string().min(1),
  x: axis.extend({
    /** `ordinal`: the points stand in the order given, named by their `name`. */
    scale: z.enum(['linear', 'log', 'ordinal']),
  }),
  y: axis.extend({ scale: z.enum(['linear', 'log']) }),
  series: z
    .array(
      z.strictObject({
        id: blockId,
        label: z.string().min(1),
        /** The method that gives the line its color; null for anything else. */
        method: z.string().nullable(),
        points: z
          .array(
            z.strictObject({
              x: z.number(),
              /** Name of the step on an ordinal axis. */
              name: z.string().optional(),
              y: z.number(),
              /** 95 % limits; null where there are none. */
              low: z.number().nullable(),
              high: z.number().nullable(),
              /** What the value is the mean of, shown as dots. */
              values: z.array(z.number()).readonly().optional(),
            }),
          )
          .readonly(),
      }),
    )
    .min(1)
    .readonly(),
  /** Level lines: what does not depend on x. */
  references: z
    .array(
      z.strictObject({
        id: blockId,
        label: z.string().min(1),
        method: z.string().nullable(),
        y: z.number(),
      }),
    )
    .readonly()
    .optional(),
  /** Whether it also stands at the top of the report. */
  opening: z.boolean().optional(),
});

/** Plane images side by side, 8-bit gray PNGs that share one display window. */
const imagesBlockSchema = z.strictObject({
  kind: z.literal('images'),
  id: blockId,
  title: z.string().min(1),
  window: displayWindow,
  /** What black and white mean: `intensity`, `fraction of the peak`. */
  quantity: z.string().min(1),
  items: z
    .array(
      z.strictObject({
        id: blockId,
        label: z.string().min(1),
        /** Edge lengths of a pixel in µm, down and across. */
        pixelSizeUm: z.tuple([lengthUm, lengthUm]).readonly(),
        file,
        /** What is to be seen, in numbers. */
        alt: z.string().min(1),
      }),
    )
    .min(1)
    .readonly(),
});

/** A plain table of facts. */
const factsBlockSchema = z.strictObject({
  kind: z.literal('facts'),
  id: blockId,
  title: z.string().min(1),
  columns: z.array(axis).min(1).readonly(),
  /**
   * One list of cells for each row, in the order of the columns; null where nothing can be told.
   */
  rows: z.array(z.array(z.union([z.string(), z.number()]).nullable()).readonly()).readonly(),
  /** What a reader must know of these numbers. */
  note: z.string().optional(),
});

/** A kernel of a `kernels` block, whole. */
const shownKernelSchema = z.strictObject({
  id: blockId,
  label: z.string().min(1),
  role: z.enum(['truth', 'start', 'learned']),
  /** Of the run; null for what all seeds share. */
  seed: z.int().nullable(),
  /** Full widths at half maximum along z, y and x; null where the window cuts one off. */
  fwhmUm: z.tuple([lengthUm.nullable(), lengthUm.nullable(), lengthUm.nullable()]).readonly(),
  /** Correlation with the truth. */
  correlation: z.number().nullable(),
  /** 16-bit signed integers [z, y, x], little-endian, in base64; times the scale of the block. */
  values: z.base64(),
});

/** Kernels that one row has learned, beside their starts and the truth, in one window. */
const kernelsBlockSchema = z.strictObject({
  kind: z.literal('kernels'),
  id: blockId,
  title: z.string().min(1),
  /** The method that gives the learned kernels their color. */
  method: z.string(),
  /** Odd sides, so that the center is a voxel. */
  shape: z.tuple([side, side, side]).readonly(),
  voxelSizeUm: z.tuple([lengthUm, lengthUm, lengthUm]).readonly(),
  /** Value of one step of the integers. */
  scale: z.number().positive(),
  kernels: z.array(shownKernelSchema).min(2).readonly(),
});

/** One thing that an experiment shows beside its table. */
const figureBlockSchema = z.discriminatedUnion('kind', [
  volumesBlockSchema,
  curvesBlockSchema,
  imagesBlockSchema,
  factsBlockSchema,
  kernelsBlockSchema,
]);

/**
 * `figures.json` of an experiment: what it shows beside its table, as data, in the order of the
 * page.
 */
export const figuresSchema = z.strictObject({ blocks: z.array(figureBlockSchema).readonly() });

/** Stacks of one field of view. */
export type VolumesBlock = z.infer<typeof volumesBlockSchema>;
/** Lines with intervals. */
export type CurvesBlock = z.infer<typeof curvesBlockSchema>;
/** Plane images. */
export type ImagesBlock = z.infer<typeof imagesBlockSchema>;
/** A table of facts. */
export type FactsBlock = z.infer<typeof factsBlockSchema>;
/** Kernels in one window. */
export type KernelsBlock = z.infer<typeof kernelsBlockSchema>;
/** One thing that an experiment shows. */
export type FigureBlock = z.infer<typeof figureBlockSchema>;
/** Content of `figures.json`. */
export type Figures = z.infer<typeof figuresSchema>;
