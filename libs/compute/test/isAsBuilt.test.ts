import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeBuildStatus } from '../native/addon.ts';
import { isAsBuilt } from '../native/isAsBuilt.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-addon-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('isAsBuilt(path, sha256)', () => {
  it('sees a file that was cut short or changed, and asks nothing where no hash is known', () => {
    const path = join(folder, 'addon.node');
    const bytes = Buffer.from('machine code');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const isGood = (content: Buffer, known: string | undefined): boolean => {
      writeFileSync(path, content);
      return isAsBuilt(path, known);
    };
    expect(isGood(bytes, sha256)).toBe(true);
    expect(isGood(bytes.subarray(0, 5), sha256)).toBe(false);
    expect(isGood(Buffer.from('machine c0de'), sha256)).toBe(false);
    expect(isGood(bytes.subarray(0, 5), undefined)).toBe(true);
  });

  it('holds of the add-on here, whose build wrote its hash down', () => {
    const status = nativeBuildStatus();
    if (status === null || status.error !== null) return;
    expect(status.sha256).toMatch(/^[0-9a-f]{64}$/);
    const path = join(import.meta.dirname, '../native/build/blurcycle.node');
    expect(isAsBuilt(path, status.sha256)).toBe(true);
  });
});
