import { ExitCode, LoadlensError } from '../../core/errors.ts';
import { countOf, formatBytes, formatMs, formatRate, formatUtc, noValue } from '../../core/format.ts';
import { makeBaseline } from '../../core/record/comparisons/baseline.ts';
import { renderTableText } from '../../core/report/comparisons/runs-table.ts';
import { compareRuns } from '../../core/report/tables/compare-runs.ts';
import { readKeptRuns } from '../ab/kept-runs.ts';
import { isBaselineName } from '../../core/values/relations.ts';
import { baselineFile, baselineNames, loadBaseline, removeBaseline, saveBaseline } from './store.ts';

/** Runs `loadlens baseline set`. Throws a LoadlensError if the user can fix the cause. */
export function setBaselineCommand(name: string, files: readonly string[]): ExitCode {
  if (!isBaselineName(name)) {
    throw new LoadlensError(`"${name}" can't be the name of a baseline.`, {
      hint: 'Use letters, digits, ".", "_", and "-".',
    });
  }
  const runs = readKeptRuns('baseline set', files).map(({ run }) => run);
  const baseline = makeBaseline(name, new Date().toISOString(), runs);
  const { file, bytes } = saveBaseline(baseline);
  const [first, ...others] = baseline.runs;
  const differences = new Set(first === undefined ? [] : others.flatMap((run) => compareRuns(first, run).differences));
  for (const difference of differences) process.stderr.write(`The runs differ. ${difference}\n`);
  process.stdout.write(`Wrote ${file}: ${countOf(baseline.runs.length, 'run')}, ${formatBytes(bytes)}\n`);
  return ExitCode.done;
}

/** Runs `loadlens baseline list`. */
export function listBaselinesCommand(): ExitCode {
  const rows = baselineNames().map((name) => {
    const { runs } = loadBaseline(name);
    const [first] = runs;
    const middle = runs.toSorted((a, b) => (a.successLatencyMs.median ?? 0) - (b.successLatencyMs.median ?? 0))[
      Math.floor((runs.length - 1) / 2)
    ];
    return [
      name,
      String(runs.length),
      first?.name ?? noValue,
      first?.source?.gitCommit?.slice(0, 8) ?? noValue,
      formatRate(middle?.successThroughputPerS ?? null),
      formatMs(middle?.successLatencyMs.median ?? null),
      first?.environment.host ?? noValue,
      first === undefined ? noValue : formatUtc(first.startedAt),
    ];
  });
  if (rows.length === 0) {
    process.stdout.write(`No baselines in ${baselineFile('*')}.\n`);
    return ExitCode.done;
  }
  const columns = ['Name', 'Runs', 'File', 'Commit', 'Throughput', 'p50', 'Machine', 'Measured'];
  process.stdout.write(
    renderTableText({ title: 'Baselines', columns, rows, words: ['File', 'Commit', 'Machine', 'Measured'] }),
  );
  return ExitCode.done;
}

/** Runs `loadlens baseline remove`. Throws a LoadlensError if the user can fix the cause. */
export function removeBaselineCommand(name: string): ExitCode {
  process.stdout.write(`Removed ${removeBaseline(name)}\n`);
  return ExitCode.done;
}
