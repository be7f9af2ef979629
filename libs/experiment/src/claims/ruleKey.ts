import { type Expression, parseRule } from './parseRule.ts';

/** Σ coefficient · term + constant. */
interface LinearForm {
  readonly terms: ReadonlyMap<string, number>;
  readonly constant: number;
}

/** Digits in which coefficients must agree: double precision less some rounding. */
const DIGITS = 12;

/**
 * The same text for rules that decide the same: sides exchanged, scores moved over, terms in
 * another order, a common factor. Whether a limit itself satisfies the rule makes no difference.
 *
 * @param rule - The rule of a claim.
 * @param identity - What a row stands for, the same for the same scores.
 */
export function ruleKey(rule: string, identity: (row: string) => string): string {
  const { left, comparison, right } = parseRule(rule);
  const isLess = comparison === '<' || comparison === '<=';
  const margin: Expression = {
    kind: 'binary',
    operator: '-',
    ...(isLess ? { left: right, right: left } : { left, right }),
  };
  return `${written(toUnit(linearForm(margin, identity)))} > 0`;
}

function linearForm(expression: Expression, identity: (row: string) => string): LinearForm {
  const inner = (operand: Expression): LinearForm => linearForm(operand, identity);
  switch (expression.kind) {
    case 'number':
      return { terms: new Map(), constant: expression.value };
    case 'score':
      return term(`${expression.metric}(${identity(expression.row)})`);
    case 'negate':
      return scaled(inner(expression.operand), -1);
    case 'absolute': {
      const operand = inner(expression.operand);
      const [leading = 1] = sortedTerms(operand).map(([, coefficient]) => coefficient);
      return term(`abs(${written(scaled(operand, Math.sign(leading)))})`);
    }
    case 'binary': {
      const [left, right] = [inner(expression.left), inner(expression.right)];
      if (expression.operator === '+') return added(left, right);
      if (expression.operator === '-') return added(left, scaled(right, -1));
      if (right.terms.size === 0) {
        return scaled(left, expression.operator === '*' ? right.constant : 1 / right.constant);
      }
      if (left.terms.size === 0 && expression.operator === '*') return scaled(right, left.constant);
      const [one, other] = [written(left), written(right)];
      if (expression.operator === '/') return term(`(${one}) / (${other})`);
      return term([one, other].sort().join(') * ('));
    }
  }
}

function term(name: string): LinearForm {
  return { terms: new Map([[name, 1]]), constant: 0 };
}

function scaled({ terms, constant }: LinearForm, factor: number): LinearForm {
  const entries = [...terms].map(([name, coefficient]) => [name, factor * coefficient] as const);
  return { terms: new Map(entries), constant: factor * constant };
}

function added(a: LinearForm, b: LinearForm): LinearForm {
  const terms = new Map(a.terms);
  for (const [name, coefficient] of b.terms) terms.set(name, (terms.get(name) ?? 0) + coefficient);
  return { terms, constant: a.constant + b.constant };
}

/** The form over the size of its first coefficient: a common factor makes no other rule. */
function toUnit(form: LinearForm): LinearForm {
  const [first] = sortedTerms(form);
  return first === undefined ? form : scaled(form, 1 / Math.abs(first[1]));
}

function sortedTerms({ terms }: LinearForm): (readonly [string, number])[] {
  return [...terms]
    .filter(([, coefficient]) => coefficient !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function written(form: LinearForm): string {
  const parts = sortedTerms(form).map(
    ([name, coefficient]) => `${coefficient.toPrecision(DIGITS)} ${name}`,
  );
  return [...parts, form.constant.toPrecision(DIGITS)].join(' + ');
}
