/** A value as drawn, in px from the corner of the plot. */
export interface DrawnValue {
  readonly x: number;
  readonly y: number;
  /** What a reader shall see of it: title to text. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How far from the pointer a value may be, in px. */
const REACH = 40;

/** What is read of Vega's tree of drawn things. */
interface SceneNode {
  readonly items?: readonly SceneNode[];
  readonly marktype?: string;
  readonly x?: number;
  readonly y?: number;
  readonly tooltip?: unknown;
}

/**
 * The drawn value nearest to a place: of lines as well, whose points Vega itself does not tell
 * apart under the pointer.
 *
 * @param scenegraph - `view.scenegraph()`.
 * @param x - Place in px from the corner of the plot, to the right.
 * @param y - The same, down.
 */
export function nearestValue(scenegraph: unknown, x: number, y: number): DrawnValue | undefined {
  let best: DrawnValue | undefined;
  let smallest = REACH;
  const visit = (node: SceneNode): void => {
    const { x: left, y: top, tooltip } = node;
    if (
      typeof tooltip === 'object' &&
      tooltip !== null &&
      left !== undefined &&
      top !== undefined
    ) {
      const distance = Math.hypot(left - x, top - y);
      if (distance < smallest) {
        smallest = distance;
        best = { x: left, y: top, fields: tooltip as Record<string, unknown> };
      }
    }
    node.items?.forEach(visit);
  };
  visit((scenegraph as { readonly root: SceneNode }).root);
  return best;
}
