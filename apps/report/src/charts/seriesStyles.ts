import type { CurvesBlock } from '@blurcycle/experiment';
import { furtherStyle, type MethodStyle } from './methodColors.ts';

/**
 * How each line of a block is drawn: the colour of its method, as everywhere; another one where it
 * belongs to none. Several lines of one method are told apart by dash and marker.
 */
export function seriesStyles(
  series: CurvesBlock['series'],
  styles: ReadonlyMap<string, MethodStyle>,
): readonly MethodStyle[] {
  let others = 0;
  return series.map(({ method }, i) => {
    const style = method === null ? undefined : styles.get(method);
    if (style === undefined) return furtherStyle(others++);
    const isAlone = series.filter((other) => other.method === method).length === 1;
    return isAlone ? style : { ...furtherStyle(i), light: style.light, dark: style.dark };
  });
}
