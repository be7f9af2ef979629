import type { PSF_MODELS } from './datasetSettings.ts';
import type { TrainingSettings } from './trainingSettings.ts';

/** Models of the point spread function as the field names them. */
export const PSF_MODEL_LABELS: Readonly<Record<(typeof PSF_MODELS)[number], string>> = {
  'born-wolf': 'Born & Wolf',
  'richards-wolf': 'Richards & Wolf',
  'richards-wolf-psfgenerator': 'Richards & Wolf as in PSF Generator',
  'gibson-lanni': 'Gibson & Lanni',
  gaussian: 'Gaussian',
};

/** Adversarial losses as the field names them. */
export const GAN_LOSS_LABELS: Readonly<Record<TrainingSettings['ganLoss'], string>> = {
  'least-squares': 'least-squares',
  'wasserstein-gp': 'WGAN-GP',
};
