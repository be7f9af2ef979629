/**
 * The data set of the experiments: our stand-in for the microtubules of the EPFL, which the paper
 * used.
 *
 * Voxels, wavelength, aperture and index are the defaults of the PSF Generator (inferred: the
 * paper's own are lost). Radius, density and window were chosen once, so that the images are as far
 * from the specimens as the paper's: see docs/deviations.md, "Data".
 */
export const MICROTUBULE_PRESET = {
  shape: [48, 128, 128],
  voxelSizeUm: [0.25, 0.1, 0.1],
  filamentRadiusUm: 0.38,
  filamentDensityPerUm2: 0.0425,
  persistenceLengthUm: 15,
  curvatureLengthUm: 2,
  psf: {
    model: 'born-wolf',
    numericalAperture: 1.4,
    immersionIndex: 1.5,
    emissionWavelengthUm: 0.61,
    size: [7, 15, 15],
  },
  noise: { averageSnrDb: 20, poissonPeakCounts: 256 },
  volumes: { train: 18, validation: 1, test: 4 },
  seed: 1,
} as const;
