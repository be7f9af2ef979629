import type { Stack } from './stack.ts';

/**
 * Reads the grey values of a stack out of the image that the page holds, planes one below the
 * other.
 */
export async function decodeStack(imageId: string, shape: Stack['shape']): Promise<Stack> {
  const [depth, height, width] = shape;
  const image = new Image();
  image.src = document.getElementById(imageId)?.getAttribute('href') ?? '';
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height * depth;
  const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  const grey = new Uint8Array(width * height * depth);
  if (context === null) return { shape, grey };
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height * depth);
  for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i];
  return { shape, grey };
}
