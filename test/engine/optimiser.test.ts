import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Bit of what V8 says of a function: its code was made by the long compiler. */
const turbofan = 1 << 6;

/** Runs a function until it would have been compiled for good, in a process of its own, and returns what V8 says of it. */
async function statusAfter(before: string): Promise<number> {
  const file = new URL('../../src/engine/optimiser.ts', import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--allow-natives-syntax',
    '--input-type=module',
    '--eval',
    `import { freeOptimiser, holdOptimiser } from ${JSON.stringify(file)};
    ${before}
    function add(sum, i) { return (sum * 31 + i) | 0; }
    let sum = 0;
    for (let round = 0; round < 40; round += 1) {
      for (let i = 0; i < 100_000; i += 1) sum = add(sum, i);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    console.log(%GetOptimizationStatus(add));`,
  ]);
  return Number(stdout);
}

describe('the optimising compiler', () => {
  it('is held off', async () => {
    const status = await statusAfter('holdOptimiser();');
    assert.equal(status & turbofan, 0, status.toString(2));
  });

  it('goes on once it is freed', async () => {
    const status = await statusAfter('holdOptimiser(); freeOptimiser();');
    assert.notEqual(status & turbofan, 0, status.toString(2));
  });
});
