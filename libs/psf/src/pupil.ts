/**
 * A rotationally symmetric pupil, cut into rings: the discrete form of every diffraction integral
 * in this library.
 *
 * F_m(r, z) = Σ_j amplitudes[m][j] · J_m(lateral[j] r) · exp(i (phase[j] + axial[j] z)),
 * I(r, φ, z) = Σ_m intensityWeights[m] |F_m|² + anisotropy · cos 2φ · (2 Re(F_0 F_2*) + 2 |F_1|²).
 *
 * Scalar models have the order 0 alone; vectorial ones the orders 0, 1 and 2.
 */
export interface Pupil {
  /** Lateral spatial frequency of each ring, rad/µm. */
  readonly lateral: Float64Array;
  /** Axial spatial frequency of each ring, rad/µm, up to a common constant. */
  readonly axial: Float64Array;
  /** Phase of each ring at z = 0, rad; null when all are zero, and then I(z) = I(-z). */
  readonly phase: Float64Array | null;
  /** Real amplitudes of each ring, quadrature weight included, one array for each Bessel order. */
  readonly amplitudes: readonly Float64Array[];
  /**
   * Polarization: 1 along x, -1 along y, 0 for circular or unpolarized light and for scalar models.
   */
  readonly anisotropy: -1 | 0 | 1;
  /** Replaces J2, for the variant that reproduces PSF Generator. */
  readonly secondOrder: 'standard' | 'psfgenerator';
  /** ∬ I dx dy in µm², the same for every z; null for a variant that is no field and has none. */
  readonly planeEnergyUm2: number | null;
}

/** How much each order counts in the intensity averaged over the azimuth. */
export const INTENSITY_WEIGHTS = [1, 2, 1] as const;

/**
 * The pupil at one lateral frequency, as a continuous function; its field is ∬ amplitudes[m] exp(i
 * …) d²q.
 */
export interface PupilPoint {
  /** Amplitude density of each Bessel order, up to one common factor. */
  readonly amplitudes: readonly number[];
  /** rad/µm, up to the same constant as `Pupil.axial`. */
  readonly axial: number;
  readonly phase: number;
}

/** A model of the microscope that can be cut into any number of rings. */
export interface PupilModel {
  /** The pupil in about `rings` rings; rings are placed by Gauss–Legendre rules. */
  cut(rings: number): Pupil;
  /** The pupil at lateral frequency `lateral`, up to `lateralLimit`. */
  at(lateral: number): PupilPoint;
  /** Lateral frequency of the pupil's rim, rad/µm. */
  readonly lateralLimit: number;
  /**
   * How fast the phase of the contributions changes from ring to ring, at most, in rad per unit of
   * the quadrature angle θ (rings at (1 - cos θ)/2), at lateral distance `radiusUm` and defocus
   * `zUm`: it decides the number of rings.
   */
  phaseSpan(radiusUm: number, zUm: number): number;
}
