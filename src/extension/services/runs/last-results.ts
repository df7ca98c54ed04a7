import type { RunRecord } from '../../../core/record/run.ts';

/** The numbers of one target, and their run. */
export interface TargetResult {
  readonly record: RunRecord;
  readonly numbers: RunRecord['perTarget'][number];
  /** A newer run of the target that didn't complete; absent without one. */
  readonly newer?: RunRecord;
}

/** The latest results by file and target. */
export interface LastResults {
  /** The newest run of a file as a whole, a completed one if there is any. */
  readonly ofFile: (file: string) => RunRecord | undefined;
  /** The newest numbers of a target, those of a completed run if there is one. */
  readonly ofTarget: (file: string, target: string) => TargetResult | undefined;
  /** The newest run of a whole file whose history copy omits targets; undefined if it omits none. */
  readonly shortenedOf: (file: string) => RunRecord | undefined;
}

const isComplete = ({ status }: RunRecord): boolean => status === 'completed';

/** Looks up the latest results; `runs` are newest first. */
export function lastResults(runs: readonly RunRecord[]): LastResults {
  const byFile = new Map<string, RunRecord[]>();
  const byTarget = new Map<string, TargetResult>();
  for (const record of runs) {
    const file = record.source?.file;
    if (file === undefined) continue;
    if (record.name === file) byFile.set(file, [...(byFile.get(file) ?? []), record]);
    for (const numbers of record.perTarget) {
      if (numbers.requestsSent === 0) continue;
      const key = `${file}\n${numbers.name}`;
      const known = byTarget.get(key);
      if (known === undefined) byTarget.set(key, { record, numbers });
      // A partial run doesn't replace a complete one, but is mentioned.
      else if (!isComplete(known.record) && isComplete(record))
        byTarget.set(key, { record, numbers, newer: known.newer ?? known.record });
    }
  }
  return {
    ofFile: (file) => byFile.get(file)?.find(isComplete) ?? byFile.get(file)?.[0],
    ofTarget: (file, target) => byTarget.get(`${file}\n${target}`),
    shortenedOf: (file) => {
      const [newest] = byFile.get(file) ?? [];
      return newest !== undefined && newest.targetCount > newest.perTarget.length ? newest : undefined;
    },
  };
}
