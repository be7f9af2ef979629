import { joinParts, type FigureParts } from '../figureParts.ts';
import { samplePsfModel, type PsfModelsOptions } from './psfModel.ts';
import { psfFacts } from './psfFacts.ts';
import { psfProfiles } from './psfProfiles.ts';
import { psfSections } from './psfSections.ts';

/**
 * The paper's Figure 5: point spread functions of several models through the focus, their profiles and their widths.
 *
 * Everything is computed from the optics; nothing is read. Cost: a second or two.
 */
export function psfModelsFigure(options: PsfModelsOptions): FigureParts {
  const models = options.models.map((id) => samplePsfModel(id, options));
  return joinParts(psfSections(models), {
    blocks: [...psfProfiles(models), ...psfFacts(models)],
    files: new Map(),
  });
}
