import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Bit of what V8 says of a function: its code was made by the long compiler. */
const turbofan = 1 << 6;

/**
 * Takes the steps in a process of its own, `run` among them, after which a function would be compiled for good. Returns what V8
 * says of the function.
 */
async function statusAfter(...steps: string[]): Promise<number> {
  const file = new URL('../../src/engine/optimiser.ts', import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--allow-natives-syntax',
    '--input-type=module',
    '--eval',
    `import { freeOptimiser, holdOptimiser } from ${JSON.stringify(file)};
    function add(sum, i) { return (sum * 31 + i) | 0; }
    let sum = 0;
    async function run() {
      for (let round = 0; round < 40; round += 1) {
        for (let i = 0; i < 100_000; i += 1) sum = add(sum, i);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    // Or the function would become a part of this one.
    %NeverOptimizeFunction(run);
    ${steps.map((step) => `await ${step}();`).join(' ')}
    console.log(%GetOptimizationStatus(add));`,
  ]);
  return Number(stdout);
}

describe('the optimising compiler', () => {
  it('is held off', async () => {
    const status = await statusAfter('holdOptimiser', 'run');
    assert.equal(status & turbofan, 0, status.toString(2));
  });

  it('goes on once it is freed, also with what the quick one compiled meanwhile', async () => {
    const status = await statusAfter('holdOptimiser', 'run', 'freeOptimiser', 'run');
    assert.notEqual(status & turbofan, 0, status.toString(2));
  });
});
