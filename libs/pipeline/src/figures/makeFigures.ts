import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FigureBlock, type FigureDeclaration, figureId } from '@blurcycle/experiment';
import { cost } from './cost.ts';
import type { FigureContext, MakeFigure } from './figureContext.ts';
import { learnedKernel } from './learnedKernel.ts';
import { psfModels } from './psfModels.ts';
import { sweepCurves } from './sweepCurves.ts';
import { testVolumes } from './testVolumes.ts';

/** How each kind of figure is computed. */
const KINDS: {
  readonly [Kind in FigureDeclaration['kind']]: MakeFigure<
    Extract<FigureDeclaration, { kind: Kind }>
  >;
} = {
  volumes: testVolumes,
  'sweep-curves': sweepCurves,
  'psf-models': psfModels,
  'learned-kernel': learnedKernel,
  cost,
};

/**
 * The blocks of every figure of an experiment, in the order of its file; images of an earlier call
 * are removed.
 */
export async function makeFigures(context: FigureContext): Promise<readonly FigureBlock[]> {
  await rm(join(context.folder, 'figures'), { recursive: true, force: true });
  const blocks: FigureBlock[] = [];
  for (const figure of context.experiment.figures)
    blocks.push(...(await makeFigure(figure, context)));
  return blocks;
}

function makeFigure(
  figure: FigureDeclaration,
  context: FigureContext,
): Promise<readonly FigureBlock[]> {
  const make = KINDS[figure.kind] as MakeFigure<FigureDeclaration>;
  return make(figure, figureId(figure), context);
}
