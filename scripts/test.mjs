// Runs all suites of tests, or some: `npm test -- unit`, `npm test -- e2e cancel`, `npm test -- vsix --floor`.
import { delimiter, resolve } from 'node:path';

if (!process.features.typescript) {
  console.error('The tests need Node 22.18 or newer. On Linux x64, npm test installs it. Elsewhere, install it first.');
  process.exit(2);
}
process.chdir(resolve(import.meta.dirname, '..'));
process.env.PATH = resolve('node_modules/.bin') + delimiter + process.env.PATH;
const { runSuites } = await import('../test/support/suites/suites.ts');
process.exitCode = await runSuites(process.argv.slice(2));
