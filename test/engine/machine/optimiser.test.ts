import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mayHold } from '../../../src/engine/machine/optimiser.ts';

/** Bit of what V8 says of a function: its code was made by the long compiler. */
const turbofan = 1 << 6;

/**
 * Takes the steps in a process of its own, `run` among them, after which a function would be compiled for good. Returns what V8
 * says of the function.
 */
async function statusAfter(steps: string[], env: Record<string, string> = {}): Promise<number> {
  const file = new URL('../../../src/engine/machine/optimiser.ts', import.meta.url).href;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
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
    ],
    { env: { ...process.env, ...env } },
  );
  return Number(stdout);
}

describe('the optimizing compiler', () => {
  it('is delayed during a run', async () => {
    const status = await statusAfter(['holdOptimiser', 'run']);
    assert.equal(status & turbofan, 0, status.toString(2));
  });

  it('continues after the run, also with code compiled in the meantime', async () => {
    const status = await statusAfter(['holdOptimiser', 'run', 'freeOptimiser', 'run']);
    assert.notEqual(status & turbofan, 0, status.toString(2));
  });

  it("isn't delayed if that is turned off", async () => {
    const status = await statusAfter(['holdOptimiser', 'run'], { LOADLENS_NO_COMPILER_HOLD: '1' });
    assert.notEqual(status & turbofan, 0, status.toString(2));
  });

  it('is delayed only in tested Node versions', () => {
    for (const [v8, processor, more, may] of [
      ['13.6.233.17-node.41', 'x64', {}, true],
      ['13.6.233.17-node.41', 'arm64', {}, true],
      ['13.6.233.17-node.41', 'riscv64', {}, false],
      ['13.6.233.17', 'x64', { electron: '39.0.0' }, false],
      ['11.3.244.8-node.33', 'x64', {}, false],
      ['12.4.254.21-node.33', 'x64', {}, false],
      ['13.7.1', 'x64', {}, false],
      ['14.1.146.11-node.14', 'x64', {}, false],
    ] as const) {
      assert.equal(mayHold({ v8, ...more }, processor, {}), may, `${v8} ${processor}`);
    }
  });
});
