import { capital, countOf, formatCount, formatMs, formatMsRange, formatNumber, formatRate } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';
import type { LatencySuite, ThroughputSuite } from '../../record/suites/suite.ts';
import { closeToLimit } from '../../record/sweeps/level-words.ts';
import { earlyEnd } from '../words/early-end.ts';
import { outcomeOfAll, outcomeWords } from '../words/outcome-words.ts';
import type { RunVerdict } from '../words/verdict.ts';

type Badge = Pick<RunVerdict, 'label' | 'tone'>;

/**
 * Returns the verdict on a suite.
 * @param judged what it says if it ran to its end and requests succeeded; undefined for a suite without a judgment
 * @param covered what was measured, for a suite that ended early
 */
export function suiteVerdict(
  suite: Pick<RunRecord, 'status' | 'stopReason'> & { readonly runs: readonly RunRecord[] },
  judged: Badge | undefined,
  sentences: readonly string[],
  covered: string,
): RunVerdict {
  const outcome = outcomeOfAll(suite.status, suite.runs);
  const { label, tone } = outcomeWords[outcome];
  const ended = outcome === 'completed' || outcome === 'withFailures';
  const badge =
    ended && judged !== undefined
      ? judged
      : { label: capital(label), tone: tone === 'good' ? ('plain' as const) : tone };
  return {
    ...badge,
    sentence: [...earlyEnd('Suite', suite, covered), ...sentences, ...failedText(suite.runs)].join(' '),
  };
}

/** How many requests failed; the overview says why. */
function failedText(runs: readonly RunRecord[]): string[] {
  const sent = runs.reduce((sum, run) => sum + run.requestsSent, 0);
  const failed = sent - runs.reduce((sum, run) => sum + run.successes, 0);
  if (failed === 0) return [];
  return [failed === sent ? 'All requests failed.' : `${formatCount(failed)} of ${countOf(sent, 'request')} failed.`];
}

/** Returns the verdict on the throughput suite: its goals, and the recommended concurrency with what to expect there. */
export function throughputVerdict(suite: ThroughputSuite): RunVerdict {
  const { targets: goals, levels, figures, workload } = suite;
  const missed = goals.filter(({ pass }) => !pass);
  const best = levels.find(({ concurrency }) => concurrency === figures.recommended.concurrency);
  const sentences =
    levels.length === 0
      ? ['Nothing was measured.']
      : [
          missed.length === 0
            ? `All ${countOf(goals.length, 'goal')} met.`
            : `${formatCount(missed.length)} of ${countOf(goals.length, 'goal')} missed.`,
          ...(best === undefined
            ? []
            : [
                `Recommended concurrency ${formatCount(best.concurrency)}: ${formatRate(best.requestsPerS)}, ${formatRate(best.tokensPerS, 'tokens')}.`,
                ...closeToLimit(figures),
              ]),
        ];
  const judged: Badge = missed.length === 0 ? { label: 'Passed', tone: 'good' } : { label: 'Failed', tone: 'bad' };
  const covered = `${formatCount(levels.length)} of ${countOf(workload.levels.length, 'level')}`;
  return suiteVerdict(suite, goals.length === 0 ? undefined : judged, sentences, covered);
}

/** Returns the verdict on the latency suite: the range of its figures over all pairs of lengths. */
export function latencyVerdict(suite: LatencySuite): RunVerdict {
  const { cells, workload } = suite;
  const means = (of: 'ttftMs' | 'tokensPerS'): number[] => cells.flatMap((cell) => cell[of].mean ?? []);
  const [ttfts, rates] = [means('ttftMs'), means('tokensPerS')];
  const said = [
    ...(ttfts.length === 0 ? [] : [`mean TTFT ${rangeText(ttfts)}`]),
    ...(rates.length === 0
      ? []
      : [`${formatNumber(Math.min(...rates))}–${formatNumber(Math.max(...rates))} tokens/s per stream`]),
  ];
  return suiteVerdict(
    suite,
    undefined,
    said.length === 0
      ? ['Nothing was measured.']
      : [`${capital(said.join(', '))}, over ${countOf(cells.length, 'pair')} of lengths.`],
    `${formatCount(cells.length)} of ${countOf(workload.cells.length, 'pair')} of lengths`,
  );
}

function rangeText(ms: readonly number[]): string {
  const [low, high] = [Math.min(...ms), Math.max(...ms)];
  return low === high ? formatMs(low) : formatMsRange(low, high).join('–');
}
