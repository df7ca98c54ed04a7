import { Option, type Command } from 'commander';
import { metrics, share } from './values.ts';

/** Adds the options for judging a comparison. */
export function addJudgeOptions(command: Command): Command {
  return command
    .addOption(new Option('--threshold <percent>', 'smallest change that matters').argParser(share).default(0.05, '5%'))
    .option('--metrics <list>', 'metrics to judge (default: throughput,p50,p95, and ttft,tpot for streams)', metrics)
    .addOption(new Option('--fail-on <verdict>', 'exit with 99 if B has this verdict').choices(['worse']));
}

/** Adds the options about checks for a pipeline. */
export function addCheckOptions(command: Command): Command {
  return command
    .option('--junit <file>', 'write objectives and verdicts as JUnit XML, or -')
    .option('--github', 'write a step summary and annotations for GitHub Actions');
}
