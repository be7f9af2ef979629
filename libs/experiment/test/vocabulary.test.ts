import { CLASSICAL_ALGORITHMS } from '@blurcycle/core';
import { expect, it } from 'vitest';
import { classicalSettingsSchema } from '../src/index.ts';

it('classicalSettingsSchema has one entry for each classical algorithm', () => {
  const algorithms = classicalSettingsSchema.options.map(({ shape }) => shape.algorithm.value);
  expect(algorithms).toEqual([...CLASSICAL_ALGORITHMS]);
});
