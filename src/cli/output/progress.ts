import type { Snapshot } from '../../core/metrics/types.ts';
import type { RunPlan } from '../../core/plan/types.ts';
import { shortReason } from '../../core/report/words/failure-reasons.ts';
import { countOf, formatCount, formatRate } from '../../core/format.ts';
import { precisionText } from '../../core/report/words/steady-words.ts';
import { headlineThroughput, isMixed, p95Text } from '../../core/report/words/headline.ts';

const phases: Record<Snapshot['phase'], string> = {
  connecting: 'Connecting',
  warmup: 'Warming up',
  running: 'Running',
  draining: 'Draining in-flight requests',
};

/** Returns the progress of a run on one line. */
export function progressText(snapshot: Snapshot, plan: RunPlan): string {
  const { phase, elapsedMs, summary } = snapshot;
  if (phase === 'connecting' || phase === 'warmup') return `${phases[phase]}…`;
  const sent = formatCount(summary.requestsSent);
  return [
    phase === 'draining' && snapshot.waiting > 0 ? 'Sending backlog' : phases[phase],
    `${(elapsedMs / 1000).toFixed(1)} s${plan.durationS === null ? '' : ` of ${plan.durationS} s`}`,
    plan.requests === null ? `${sent} requests` : `${sent}/${formatCount(plan.requests)}`,
    ...conversationsText(snapshot, plan),
    isMixed(summary) ? formatRate(headlineThroughput(summary).first, 'successes') : formatRate(summary.throughputPerS),
    p95Text({ ...summary, plan }),
    ...(snapshot.precision ? [`${precisionText(snapshot.precision)} (until ${snapshot.precision.asked.text})`] : []),
    failedText(snapshot),
    ...(snapshot.waiting > 0 ? [`${formatCount(snapshot.waiting)} queued`] : []),
  ].join('  ');
}

/** Returns how many conversations have ended, if there are any. */
function conversationsText({ summary: { conversations } }: Snapshot, plan: RunPlan): string[] {
  if (conversations === undefined) return [];
  const ended = formatCount(conversations.completed + conversations.failed);
  return [
    plan.conversations === undefined
      ? `${ended} conversations`
      : `${ended}/${countOf(plan.conversations, 'conversation')}`,
  ];
}

/** Returns how many requests have failed, with the most frequent reason: `12 failed (429: limit of 10 requests)`. */
function failedText({ summary, failures = [] }: Snapshot): string {
  const reason = shortReason([{ ...summary, failureSamples: failures }]);
  const failed = `${formatCount(summary.requestsSent - summary.successes)} failed`;
  return reason === undefined ? failed : `${failed} (${reason})`;
}

/** The part of a terminal's stream that a progress line needs. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line of a terminal that's overwritten. Without a terminal, nothing is written. */
export interface ProgressLine {
  /** False if nothing is written. */
  readonly isShown: boolean;
  show(text: string): void;
  /** Erases the line. */
  clear(): void;
}

/** Returns a progress line. It writes nothing unless the stream is a terminal that can erase lines. */
export function progressLine(stream: TerminalStream, wanted: boolean): ProgressLine {
  if (!wanted || !stream.isTTY || process.env['TERM'] === 'dumb')
    return { isShown: false, show: nothing, clear: nothing };
  let shown = false;
  return {
    isShown: true,
    show: (text) => {
      // Leaves one column free: in some terminals, a full line wraps and can't be erased.
      stream.write(`\r${text.slice(0, (stream.columns || 80) - 1)}\u001B[K`);
      shown = true;
    },
    clear: () => {
      if (shown) stream.write('\r\u001B[K');
      shown = false;
    },
  };
}

const nothing = (): void => undefined;
