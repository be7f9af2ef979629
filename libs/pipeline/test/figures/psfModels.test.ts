import { type FactsBlock, figuresSchema } from '@blurcycle/experiment';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { psfModelsFigure } from '../../src/figures/psfModels.ts';

describe('psfModelsFigure(options)', () => {
  const { blocks, files } = psfModelsFigure('psf', {
    models: ['born-wolf', 'richards-wolf', 'richards-wolf-psfgenerator'],
    optics: { numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.61 },
    voxelSizeUm: [0.25, 0.1, 0.1],
    size: [7, 15, 15],
    pixelUm: 0.05,
    reachUm: [1, 0.6],
  });
  const facts = (id: string): FactsBlock['rows'] => {
    const block = blocks.find((candidate) => candidate.id === id);
    return block?.kind === 'facts' ? block.rows : [];
  };

  it('follows the schema of figures, every image with its file and its sides', () => {
    expect(figuresSchema.parse({ blocks }).blocks).toEqual(blocks);
    const images = blocks.flatMap((block) => (block.kind === 'images' ? [...block.items] : []));
    expect(images.map(({ file }) => file)).toEqual([...files.keys()]);
    const sides = (file: string): [number, number] => {
      const { height, width } = PNG.sync.read(files.get(file) ?? Buffer.of());
      return [height, width];
    };
    expect(sides('figures/psf-sections-born-wolf-xy.png')).toEqual([25, 25]);
    expect(sides('figures/psf-sections-born-wolf-xz.png')).toEqual([41, 25]);
    expect(sides('figures/psf-voxels-richards-wolf-xz.png')).toEqual([7, 15]);
  });

  it('is white in the focus and nowhere else', () => {
    const png = PNG.sync.read(
      files.get('figures/psf-sections-richards-wolf-xz.png') ?? Buffer.of(),
    );
    const gray = Array.from({ length: 41 * 25 }, (_, i) => png.data[4 * i]);
    expect(gray[20 * 25 + 12]).toBe(255);
    expect(gray.filter((value) => value === 255)).toHaveLength(1);
  });

  it('finds Richards & Wolf shorter along the axis and wider across it', () => {
    // Widths of the two models at these optics, computed independently: 0.827 and 0.581 µm axially,
    // 0.224 and 0.247 laterally.
    const [bornWolf, , richardsWolf] = facts('psf-widths');
    expect(bornWolf[2]).toBeCloseTo(0.827, 3);
    expect(bornWolf[4]).toBeCloseTo(0.224, 3);
    expect(richardsWolf[2]).toBeCloseTo(0.581, 3);
    expect(richardsWolf[4]).toBeCloseTo(0.247, 3);
    expect(facts('psf-comparison').map((row) => row[3])).toEqual(['yes', 'yes']);
  });

  it('measures how far the PSF Generator variant is from the standard', () => {
    const distances = facts('psf-kernels').map((row) => Number(row[2]));
    expect(distances[0]).toBe(0);
    expect(distances[1]).toBeGreaterThan(0.1);
    expect(distances[2]).not.toBe(distances[1]);
  });
});
