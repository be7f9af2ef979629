import { gaussLegendre } from '../gaussLegendre.ts';
import {
  gibsonLanniLayers,
  opticalPathUm,
  pathDrop,
  type GibsonLanniOptics,
} from '../gibsonLanniLayers.ts';
import { gibsonLanniFocusUm } from '../gibsonLanniPsf.ts';
import { vacuumWaveNumber, type Optics } from '../optics.ts';
import { FIRST_NOLL_INDEX, type PupilParameters } from './pupilKernel.ts';
import { nollMode, zernike } from './zernike.ts';

/** The phase is smooth: its series in ρ² falls by orders of magnitude with each node. */
const NODES = 64;

/**
 * The aberration of Gibson & Lanni's layers as Zernike coefficients in the convention of
 * `createPupilKernel`, focused where `gibsonLanniPsf` puts its central plane.
 *
 * c_j = ∫∫ φ Z_j / π over the unit disk, φ = k (z_f D(n_i) - OPD), D(n) = √(n² - q²) - n. The disk
 * ends at the NA, or at the index of the sample where that is lower: beyond it light from below the
 * cover glass decays. Piston and defocus are left out; the focus takes care of them.
 *
 * @param terms - Number of coefficients, Noll's indices 5, 6, 7, …
 */
export function gibsonLanniZernike(
  optics: GibsonLanniOptics,
  terms: number,
): Optics & Pick<PupilParameters, 'zernike'> {
  const layers = gibsonLanniLayers(optics);
  const { numericalAperture, immersionIndex, emissionWavelengthUm, sampleIndex } = layers;
  const na =
    layers.sourceDepthUm > 0 ? Math.min(numericalAperture, sampleIndex) : numericalAperture;
  const focusUm = gibsonLanniFocusUm(optics);
  const rule = gaussLegendre(NODES);
  const phases = Array.from(rule.nodes, (node) => {
    const square = (1 + node) / 2;
    const q = na * Math.sqrt(square);
    const path = focusUm * pathDrop(immersionIndex, q) - opticalPathUm(layers, q);
    return { rho: Math.sqrt(square), phase: vacuumWaveNumber(optics) * path };
  });
  const coefficient = (index: number): number => {
    const mode = nollMode(index);
    if (mode.frequency !== 0) return 0; // the layers are round about the axis
    return phases.reduce(
      (sum, { rho, phase }, i) => sum + (rule.weights[i] / 2) * phase * zernike(mode, rho, 0),
      0,
    );
  };
  return {
    numericalAperture: na,
    immersionIndex,
    emissionWavelengthUm,
    zernike: Array.from({ length: terms }, (_, j) => coefficient(FIRST_NOLL_INDEX + j)),
  };
}
