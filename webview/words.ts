import { shortRate } from '../src/core/record/sweeps/level-words.ts';
import type { ErrorKind, PercentileMethod, QuantileName, Snapshot, TokenSource } from '../src/core/metrics/types.ts';
import type { PanelState } from '../src/panel-protocol.ts';
import type { RunPlan } from '../src/core/plan/types.ts';
import type { RunRecord } from '../src/core/record/run.ts';
import { capital, formatCount } from '../src/core/format.ts';
import { countsAgree } from '../src/core/record/token-check.ts';
import { lengthText } from '../src/core/report/words/facts.ts';
import { rateText } from '../src/core/report/words/load-words.ts';
import { errorWords, outcomeWords, type Outcome } from '../src/core/report/words/outcome-words.ts';

/** Phase of a run. */
export function phaseWords(snapshot: Pick<Snapshot, 'phase' | 'waiting'> | null, cancelling: boolean): string {
  if (cancelling) return 'Canceling: closing connections';
  if (snapshot === null) return 'Starting benchmark process';
  switch (snapshot.phase) {
    case 'connecting':
      return 'Opening connections';
    case 'warmup':
      return 'Warming up: these requests are not counted';
    case 'running':
      return 'Measuring';
    case 'draining':
      return snapshot.waiting > 0 ? 'Sending backlog' : 'Draining in-flight requests';
  }
}

/** Progress of a comparison, if reported. */
type Comparing = Pick<Extract<PanelState, { kind: 'comparing' }>, 'stage' | 'pair' | 'pairs' | 'side' | 'cancelling'>;

/** Activity of a comparison. */
export function comparingWords(state: Comparing): string {
  const step = comparingStep(state);
  const { stage, pair, pairs, side, cancelling } = state;
  return stage !== null || cancelling || pair === 0
    ? step
    : `Pair ${formatCount(pair)} of at most ${formatCount(pairs)}: measuring ${side.toUpperCase()}`;
}

/** The same without what changes every few seconds. */
export function comparingStep({ stage, pair, cancelling }: Comparing): string {
  if (stage !== null) return stage;
  if (cancelling) return 'Canceling: closing connections';
  return pair === 0 ? 'Opening connections' : 'Measuring pairs';
}

/** Progress of a sweep or search. */
type Sweeping = Pick<Extract<PanelState, { kind: 'sweepRunning' }>, 'levels' | 'skipped' | 'search' | 'done'>;

/** Returns the number of levels that are measured; 0 if it's unknown. */
export const levelCount = ({ levels, skipped = [] }: Sweeping): number => levels.length - skipped.length;

/** Which level of a sweep, or run of a search, is under way. */
export function levelWords(state: Sweeping): string {
  const number = state.done.length + 1;
  const count = levelCount(state);
  return state.search === undefined
    ? `Level ${formatCount(Math.min(number, count))} of ${formatCount(count)}`
    : `Run ${formatCount(number)}`;
}

/** The same for screen readers, which hear it once per level: a search says why. */
export const levelStep = (state: Sweeping): string =>
  state.search === undefined ? levelWords(state) : `${levelWords(state)}. ${state.search.reason}`;

/** The levels of a sweep: the first few of many. */
export function levelsWords(levels: readonly number[]): string {
  const most = 12;
  const first = levels.slice(0, most).map(formatCount).join(', ');
  return levels.length > most ? `Concurrency ${first} … ${formatCount(levels.at(-1) ?? null)}` : `Concurrency ${first}`;
}

/** The arrival rates of a sweep: the first few of many. */
export function ratesWords(rates: readonly (number | null)[]): string {
  const most = 12;
  const names = rates.map((rate) => shortRate(rate ?? Infinity));
  return names.length > most
    ? `Rates ${names.slice(0, most).join(', ')} … ${names.at(-1) ?? ''}`
    : `Rates ${names.join(', ')}`;
}

/** So many requests. */
export function requestsWords(count: number): string {
  return count === 1 ? '1 request' : `${formatCount(count)} requests`;
}

/** So many responses. */
export function responsesWords(count: number): string {
  return count === 1 ? '1 response' : `${formatCount(count)} responses`;
}

/** Returns the amount and load of a plan on one short line. */
export function planWords(plan: RunPlan): string {
  const { concurrency, stages, atOnce, trace } = plan;
  if (trace !== undefined) return `${lengthText(plan)} of ${trace.file}`;
  if (atOnce) return `${lengthText(plan)} at an infinite rate`;
  return stages === undefined
    ? `${lengthText(plan)} × ${formatCount(concurrency)} in flight`
    : `${lengthText(plan)} at ${rateText(stages)}`;
}

/** Start time of a run in the reader's locale. */
export function startedWords(record: Pick<RunRecord, 'startedAt'>): string {
  return new Date(record.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Returns the label of a kind of error. */
export const errorKindWords = (kind: ErrorKind): string => capital(errorWords[kind].label);

/** How a run ended. */
export const outcomeLabel = (outcome: Outcome): string => capital(outcomeWords[outcome].label);

/** Display name of a quantile. */
export function quantileWords(name: QuantileName): string {
  return { median: 'p50 (median)', p90: 'p90', p95: 'p95', p99: 'p99', p999: 'p99.9' }[name];
}

/** How quantiles were made. */
export function percentileMethodWords(method: PercentileMethod): string {
  return method === 'linear-interpolation'
    ? 'Linear interpolation on all samples (type 7)'
    : 'HDR histogram, 3 significant digits';
}

/** Where output tokens were read from. */
export function tokenSourceWords({
  tokenSource,
  tokenCheck,
  plan: { tokenizer },
}: Pick<RunRecord, 'tokenSource' | 'tokenCheck' | 'plan'>): string {
  switch (tokenSource) {
    case 'none':
      return 'Not reported by server';
    case 'tokenizer':
      return `Local tokenizer ${tokenizer ?? ''}`.trimEnd();
    case 'chunks':
      return 'Number of chunks';
    case 'usage':
    case 'output_tokens':
    case 'eval_count': {
      const agreed = tokenCheck !== undefined && countsAgree(tokenCheck) ? `; ${tokenizer ?? ''} counts the same` : '';
      return `Response field ${tokenSource}${agreed}`;
    }
  }
}

/** Returns the source of output tokens in two or three words. */
export function tokenSourceShort(source: TokenSource): string {
  switch (source) {
    case 'none':
      return 'not reported';
    case 'tokenizer':
      return 'local tokenizer';
    case 'chunks':
      return 'chunks counted';
    case 'usage':
    case 'output_tokens':
    case 'eval_count':
      return `from ${source}`;
  }
}
