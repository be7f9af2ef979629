import {
  BOUNDARIES,
  NEGATIVES,
  START_ESTIMATES,
  STOPPING_RULES,
  TIKHONOV_PENALTIES,
} from '@blurcycle/core';
import { z } from 'zod';
import { oddShape3Schema } from './datasetSettings.ts';

/** What all classical methods can be told; what is left out is the method's own default. */
const shared = {
  background: z
    .number()
    .nonnegative()
    .exactOptional()
    .describe('constant light that belongs to no object'),
  boundary: z.enum(BOUNDARIES).exactOptional().describe('what lies beyond the edge'),
};

const count = z.int().positive();
const negatives = z
  .enum(NEGATIVES)
  .exactOptional()
  .describe('negative values in the data: an error, or taken for 0');

const richardsonLucy = {
  ...shared,
  iterations: count.exactOptional().describe('updates at most'),
  stop: z
    .enum(STOPPING_RULES)
    .exactOptional()
    .describe(
      'when updates end: after their number, at the noise level of the data, or where electrons that were held out are predicted best',
    ),
  electronsPerCount: z
    .number()
    .positive()
    .exactOptional()
    .describe('for held-out: electrons for one unit of the data; from their noise unless given'),
  negatives,
  start: z.enum(START_ESTIMATES).exactOptional().describe('first estimate'),
  relativeTolerance: z
    .number()
    .nonnegative()
    .exactOptional()
    .describe('stop when an update changes less than this part of the estimate'),
  accelerated: z.boolean().exactOptional().describe('start updates ahead (Biggs & Andrews)'),
};

const linear = {
  ...shared,
  iterations: count.exactOptional().describe('steps of the solver at most'),
  tolerance: z
    .number()
    .positive()
    .max(1)
    .exactOptional()
    .describe('part of the right-hand side at which solving stops'),
  nonNegative: z.boolean().exactOptional().describe('set what comes out below zero to zero'),
};

/**
 * A classical deconvolution: the algorithm and its parameters, named as the functions of the
 * imaging library name them.
 */
export const classicalSettingsSchema = z.discriminatedUnion('algorithm', [
  z.strictObject({ algorithm: z.literal('richardson-lucy'), ...richardsonLucy }),
  z.strictObject({
    algorithm: z.literal('rl-tv'),
    ...richardsonLucy,
    lambdaTv: z.number().nonnegative().exactOptional().describe('weight of total variation'),
  }),
  z.strictObject({
    algorithm: z.literal('wiener'),
    ...linear,
    noiseToSignal: z
      .number()
      .positive()
      .exactOptional()
      .describe('variance of the noise over that of the object; estimated unless given'),
  }),
  z.strictObject({
    algorithm: z.literal('tikhonov'),
    ...linear,
    lambda: z.number().positive().exactOptional().describe('weight of the penalty'),
    penalty: z.enum(TIKHONOV_PENALTIES).exactOptional().describe('what is penalized'),
  }),
  z.strictObject({
    algorithm: z.literal('blind-rl'),
    background: shared.background,
    boundary: z.enum(['weights', 'zero']).exactOptional().describe('what lies beyond the edge'),
    negatives,
    rounds: count.exactOptional().describe('rounds of object updates followed by PSF updates'),
    objectIterations: count.exactOptional().describe('updates of the object in a round'),
    psfIterations: count.exactOptional().describe('updates of the PSF in a round'),
    firstPsf: z
      .strictObject({
        size: oddShape3Schema,
        sigmaVoxels: z.number().positive().describe('standard deviation along each axis'),
      })
      .exactOptional()
      .describe('a Gaussian to start from, instead of the PSF that is given'),
  }),
]);

/** Settings of a classical deconvolution. */
export type ClassicalSettings = z.infer<typeof classicalSettingsSchema>;
