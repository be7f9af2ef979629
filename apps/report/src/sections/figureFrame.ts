import type { Html } from '../html/html.ts';

/** What every figure of a section is set in. */
export interface FigureFrame {
  /** The section's place in the paper or on the page: with the title it tells figures apart. */
  readonly place: string;
  /** The line below: how the figure was made. */
  readonly made: Html;
}
