import { describeViolation, InputError } from '@blurcycle/core';

/** Arithmetic over scores. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'score';
      readonly metric: string;
      /** `proposed`, or `proposed@snr-20` for one condition. */
      readonly row: string;
    }
  | { readonly kind: 'negate' | 'absolute'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Expression;
      readonly right: Expression;
    };

/** A claim as an inequality. */
export interface Rule {
  readonly left: Expression;
  readonly comparison: '>' | '>=' | '<' | '<=';
  readonly right: Expression;
}

// Names first, hyphens inside them: `supervised-mse` is one name, `psnr(a) - psnr(b)` is a
// difference. A condition is part of the name of the row that it follows: `proposed@snr-1.25`; the
// figure of a kernel is one name with its prefix: `kernel.correlation`.
const TOKEN =
  /\s*(?:((?:kernel\.)?[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?:@[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*)?)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(>=|<=|[-+*/()<>]))/y;

/** So that brackets are never nested deeper than the stack. */
const MOST_TOKENS = 200;

/**
 * Parses the rule of a claim.
 *
 * rule = sum ('>' | '>=' | '<' | '<=') sum; sum and product as in arithmetic; a score is
 * `metric(row)` or, in an experiment with conditions, `metric(row@condition)`; a figure of the
 * learned kernel is `kernel.figure(row)`; `abs(sum)`.
 * Nothing else exists: no variables, no calls, no code.
 *
 * @param text - The rule, `psnr(proposed) - psnr(cyclegan) > 0`.
 * @param where - File and line for messages.
 * @throws {InputError} When the text is no rule, naming where it stops making sense.
 */
export function parseRule(text: string, where = 'parseRule'): Rule {
  const tokens = tokenize(text, where);
  if (tokens.length > MOST_TOKENS) {
    throw new InputError(
      describeViolation(
        where,
        'rule',
        `have at most ${MOST_TOKENS} words and signs`,
        tokens.length,
      ),
    );
  }
  let next = 0;
  const fail = (expected: string): never => {
    const got = tokens[next] ?? 'the end';
    throw new InputError(
      describeViolation(where, 'rule', `have ${expected} before '${got}'`, text),
    );
  };
  const take = (...wanted: string[]): string | undefined => {
    const token = tokens[next];
    if (token === undefined || !wanted.includes(token)) return undefined;
    next += 1;
    return token;
  };
  const expect = (wanted: string): void => {
    if (take(wanted) === undefined) fail(`'${wanted}'`);
  };

  function sum(): Expression {
    let left = product();
    for (;;) {
      const operator = take('+', '-');
      if (operator === undefined) return left;
      left = { kind: 'binary', operator: operator as '+' | '-', left, right: product() };
    }
  }
  function product(): Expression {
    let left = factor();
    for (;;) {
      const operator = take('*', '/');
      if (operator === undefined) return left;
      left = { kind: 'binary', operator: operator as '*' | '/', left, right: factor() };
    }
  }
  function factor(): Expression {
    if (take('-') !== undefined) return { kind: 'negate', operand: factor() };
    if (take('(') !== undefined) {
      const inner = sum();
      expect(')');
      return inner;
    }
    const token = tokens[next] ?? '';
    if (/^\d/.test(token)) {
      next += 1;
      return { kind: 'number', value: Number(token) };
    }
    if (!/^[A-Za-z]/.test(token)) return fail('a number or a score');
    next += 1;
    expect('(');
    if (token === 'abs') {
      const operand = sum();
      expect(')');
      return { kind: 'absolute', operand };
    }
    const row = tokens[next] ?? '';
    if (!/^[A-Za-z]/.test(row)) return fail('the id of a row');
    next += 1;
    expect(')');
    return { kind: 'score', metric: token, row };
  }

  const left = sum();
  const comparison = take('>', '>=', '<', '<=') ?? fail("'>', '>=', '<' or '<='");
  const right = sum();
  if (next < tokens.length) fail('nothing more');
  const rule = { left, comparison: comparison as Rule['comparison'], right };
  if (scoresOf(rule).length === 0) {
    throw new InputError(
      describeViolation(where, 'rule', 'hold at least one score', text, 'as in psnr(proposed)'),
    );
  }
  return rule;
}

function tokenize(text: string, where: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      const rest = text.slice(from).trim();
      throw new InputError(describeViolation(where, 'rule', `not hold '${rest[0]}'`, text));
    }
    tokens.push(match[1] ?? match[2] ?? match[3]);
  }
  return tokens;
}

/** Every score that a rule asks for, in order, with repetitions. */
export function scoresOf(rule: Rule): readonly { readonly metric: string; readonly row: string }[] {
  const found: { metric: string; row: string }[] = [];
  const visit = (expression: Expression): void => {
    if (expression.kind === 'score') found.push({ metric: expression.metric, row: expression.row });
    else if (expression.kind === 'binary') {
      visit(expression.left);
      visit(expression.right);
    } else if (expression.kind !== 'number') visit(expression.operand);
  };
  visit(rule.left);
  visit(rule.right);
  return found;
}
