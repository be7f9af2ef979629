/** What the U-Net is made of, for any kind of value: tensors, or the nodes of a file format. */
export interface UNetOperations<T> {
  /** 3x3x3 convolution `name` with bias, instance normalization, ReLU. */
  readonly block: (name: string, x: T) => T;
  /** 2x2x2 maximum pooling. */
  readonly pool: (x: T) => T;
  /** Transposed 2x2x2 convolution `name` with bias and stride 2. */
  readonly rise: (name: string, x: T) => T;
  /** Channels of the first, then those of the second. */
  readonly join: (skip: T, x: T) => T;
  /** 1x1x1 convolution `name` with bias. */
  readonly project: (name: string, x: T) => T;
  readonly sigmoid: (x: T) => T;
}

/**
 * The layers of the modified 3-D U-Net in their order: the one place that says how they are joined.
 *
 * A layer `name` has the parameters `name/filter` and `name/bias`.
 *
 * @see buildUNet for the shapes.
 */
export function walkUNet<T>(x: T, operations: UNetOperations<T>): T {
  const { block, pool, rise, join, project, sigmoid } = operations;
  const skip1 = block('down2', block('down1', x)); // [n, z, y, x, width]
  const skip2 = block('down4', block('down3', pool(skip1))); // [n, z/2, y/2, x/2, 2 width]
  const deepest = block('down7', block('down6', block('down5', pool(skip2)))); // [n, z/4, y/4, x/4, 4 width]
  const middle = block('up3', block('up2', join(skip2, rise('up1', deepest)))); // [n, z/2, y/2, x/2, 2 width]
  const finest = block('up5', join(skip1, rise('up4', middle))); // [n, z, y, x, width]
  return sigmoid(project('up7', project('up6', finest)));
}
