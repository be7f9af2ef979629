import { describe, expect, it } from 'vitest';
import { chooseByEachRule, type Choice } from '../src/selection.ts';

const look = (step: number, psnr: number, cycleResidual?: number): Choice => ({
  step,
  values: {
    psnr,
    ssim: 0,
    outputStandardDeviation: 1,
    ...(cycleResidual === undefined ? {} : { cycleResidual }),
  },
});

describe('chooseByEachRule(looked)', () => {
  it('names the checkpoint of each rule, the earlier one of equals', () => {
    const choices = chooseByEachRule([
      look(10, 20, 0.3),
      look(20, 25, 0.2),
      look(30, 25, 0.1),
      look(40, 24, 0.4),
    ]);
    expect(choices.last?.step).toBe(40);
    expect(choices['best-validation-psnr']).toEqual(look(20, 25, 0.2));
    expect(choices['best-cycle-residual']?.step).toBe(30);
  });

  it('leaves out the cycle residual for a method without a cycle, and everything when nothing was looked at', () => {
    expect(Object.keys(chooseByEachRule([look(10, 20)]))).toEqual(['last', 'best-validation-psnr']);
    expect(chooseByEachRule([])).toEqual({});
  });
});
