import { z } from 'zod';

const side = z.int().positive();

/** Three positive integers z, y, x. */
export const shape3Schema = z
  .tuple([side, side, side])
  .readonly()
  .describe('sides in voxels, in the order z, y, x');

const oddSide = side.refine((value) => value % 2 === 1, {
  message: 'be odd (an even side has no center voxel and shifts the image by half a voxel)',
});

/** Three odd positive integers z, y, x: the sides of a kernel with a center voxel. */
export const oddShape3Schema = z
  .tuple([oddSide, oddSide, oddSide])
  .readonly()
  .describe('odd sides in voxels, in the order z, y, x');

const lengthUm = z
  .number()
  .positive()
  .max(100, { message: 'be a length in µm up to 100 (is it in nm?)' });

/** Edge lengths of a voxel in µm, z, y, x. */
export const voxelSizeUmSchema = z
  .tuple([lengthUm, lengthUm, lengthUm])
  .readonly()
  .describe('voxel edges in µm, in the order z, y, x');

/** Three integers z, y, x, zero allowed: an overlap. */
export const overlap3Schema = z
  .tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()])
  .readonly()
  .describe('voxels shared by neighbouring tiles, in the order z, y, x');
