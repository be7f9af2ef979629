// What the tests of the WebGPU programs take of vitest, without vitest: its runner and its expect,
// in the archive of pack.mjs.
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from '@vitest/expect';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it } from '@vitest/runner';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

export const expect = chai.expect;
setState({ assertionCalls: 0 }, /** @type {never} */ (expect));
