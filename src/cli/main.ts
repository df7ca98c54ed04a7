#!/usr/bin/env node
// The command line's first lines. They import nothing that an old Node could choke on before it is told that it is too old.
import { nodeProblem } from './node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem) {
  console.error(`error: ${problem}`);
  process.exitCode = 2;
} else {
  const { runProgram } = await import('./program.ts');
  process.exitCode = await runProgram(process.argv.slice(2));
}
