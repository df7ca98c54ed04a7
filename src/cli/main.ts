#!/usr/bin/env node
// The entry file of the command line. It imports nothing that fails to load in a Node too old to run the rest.
import { nodeProblem } from './node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem) {
  console.error(`error: ${problem}`);
  process.exitCode = 2;
} else {
  const { runProgram } = await import('./program.ts');
  process.exitCode = await runProgram(process.argv.slice(2));
}
