// The entry point that VS Code calls in its extension host: finds the bundled suites and runs them.
import { globSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { writeCounts } from '../support/suites/counts.ts';

/** Resolves when every test passed. */
export async function run(): Promise<void> {
  // This bundle is CommonJS and mocha an ES module: only a dynamic import finds it alike on every version of Node.
  const { default: Mocha } = await import('mocha');
  const mark = process.env['LOADLENS_OUTPUT_MARK'] ?? '';
  if (mark)
    Mocha.reporters.Base.consoleLog = (...parts: unknown[]): void => {
      // One line per message, each marked, so that the host can tell them from its own.
      for (const line of format(...parts).split('\n')) console.log(mark + line);
    };
  const grep = process.env['LOADLENS_TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: 30_000,
    forbidOnly: true,
    forbidPending: true,
    ...(grep ? { grep } : {}),
  });
  const files = globSync('suite/*.test.cjs', { cwd: __dirname }).toSorted();
  for (const file of files) mocha.addFile(path.join(__dirname, file));
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run((count) => {
      writeCounts(runner.stats);
      resolve(count);
    });
  });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
