/** Characters of a line of an axis label. */
const LINE_LENGTH = 22;

/**
 * A Vega expression for `labelExpr` that breaks long labels into lines, so that they leave room for
 * what is drawn.
 *
 * @param labels - Every label of the axis.
 */
export function wrapLabels(labels: readonly string[]): string {
  const lines = Object.fromEntries(labels.map((label) => [label, breakLines(label)]));
  return `${JSON.stringify(lines)}[datum.label]`;
}

/** Lines of a label, broken at spaces. */
function breakLines(label: string): readonly string[] {
  const lines: string[] = [];
  for (const word of label.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
