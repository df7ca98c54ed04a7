import { errorKinds, type Summary } from '../metrics/types.ts';
import { isPaced } from '../plan/load/load-models.ts';
import { formatMs } from '../format.ts';
import { errorWords } from './words/outcome-words.ts';
import type { RunRecord } from '../record/run.ts';

/** A moment of a run to mark in its charts over time. */
export interface TimeMark {
  /** Time since the start of the run's clock, ms. */
  readonly atMs: number;
  /** Label next to the line. */
  readonly label: string;
  /** The same in one sentence, for those who do not see the line. */
  readonly sentence: string;
}

/** Evidence that a server stopped responding, also for a run in progress. */
type Heard = Pick<Summary, 'unresponsiveFromMs' | 'errors'>;

/** Returns the moments to mark in every chart over time, in the report and in the panel. */
export function timeMarks(run: Heard): TimeMark[] {
  const sentence = stoppedSentence(run);
  if (run.unresponsiveFromMs === undefined || sentence === undefined) return [];
  return [{ atMs: run.unresponsiveFromMs, label: 'server stopped responding', sentence }];
}

/**
 * Returns when the server stopped responding and how requests failed then, such as `The server stopped responding after 3.20 s:
 * connection refused.`; undefined unless it did. In the open model, a second sentence says that requests kept leaving.
 */
export function serverGoneSentence(
  run: Heard,
  plan: Pick<RunRecord['plan'], 'loadModel' | 'atOnce'>,
): string | undefined {
  const sentence = stoppedSentence(run);
  if (sentence === undefined || !isPaced(plan)) return sentence;
  return `${sentence} Requests kept leaving at the target rate.`;
}

function stoppedSentence({ unresponsiveFromMs, errors }: Heard): string | undefined {
  if (unresponsiveFromMs === undefined) return undefined;
  // Limits of the client are not the server's.
  const [kind] = errorKinds
    .filter((one) => one !== 'client' && errors[one] !== undefined)
    .toSorted((a, b) => (errors[b] ?? 0) - (errors[a] ?? 0));
  const reason = kind === undefined ? '' : `: ${errorWords[kind].label}`;
  return `The server stopped responding after ${formatMs(unresponsiveFromMs)}${reason}.`;
}
