import { joinParts, type FigureParts } from '../figureParts.ts';
import { samplePsfModel, type PsfModelsOptions } from './psfModel.ts';
import { psfFacts } from './psfFacts.ts';
import { psfProfiles } from './psfProfiles.ts';
import { psfSections } from './psfSections.ts';

/**
 * The paper's Figure 5: point spread functions of several models through the focus, their profiles
 * and their widths.
 *
 * @param id - What the ids of the blocks start with.
 *
 * Everything is computed from the optics; nothing is read. Cost: a second or two.
 */
export function psfModelsFigure(id: string, options: PsfModelsOptions): FigureParts {
  const models = options.models.map((model) => samplePsfModel(model, options));
  return joinParts(psfSections(id, models), {
    blocks: [...psfProfiles(id, models), ...psfFacts(id, models)],
    files: new Map(),
  });
}
