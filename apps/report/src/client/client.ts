/** @file The script of the page. Without it the page is whole, but still. */

import { enhanceChart } from './enhanceChart.ts';
import { enhanceCurtain } from './enhanceCurtain.ts';
import { enhanceFilter } from './enhanceFilter.ts';
import { enhanceGrid } from './enhanceGrid.ts';
import { enhanceKernels } from './enhanceKernels.ts';
import { enhanceLink } from './enhanceLink.ts';
import { enhanceRail, enhanceSelfLink, holdTarget } from './enhancePage.ts';
import { enableEnlarging } from './enlarge.ts';
import { enhanceVolumes } from './enhanceVolumes.ts';

for (const figure of document.querySelectorAll<HTMLElement>('figure.volumes'))
  enhanceVolumes(figure);
for (const figure of document.querySelectorAll<HTMLElement>('figure.grid')) enhanceGrid(figure);
for (const figure of document.querySelectorAll<HTMLElement>('figure.kernels'))
  enhanceKernels(figure);
for (const figure of document.querySelectorAll<HTMLElement>('figure.chart-figure'))
  enhanceChart(figure);
for (const link of document.querySelectorAll<HTMLAnchorElement>('a.packed')) enhanceLink(link);
for (const figure of document.querySelectorAll<HTMLElement>('figure.curtain')) {
  enhanceCurtain(figure);
}
for (const link of document.querySelectorAll<HTMLAnchorElement>('a.self')) enhanceSelfLink(link);
for (const rail of document.querySelectorAll<HTMLElement>('nav.rail')) enhanceRail(rail);
for (const place of document.querySelectorAll<HTMLElement>('.method-filter')) enhanceFilter(place);
enableEnlarging();
holdTarget();
