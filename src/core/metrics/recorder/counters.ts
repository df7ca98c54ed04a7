import type { Group } from '../group.ts';
import { bucketsOf, coarserBuckets, threeDigits } from './histogram.ts';
import type { RecorderState } from './recorder-state.ts';
import { histogramOf, type Tally } from './tally.ts';
import { coarserTimeline, type TimelineTally } from '../timeline.ts';
import { errorKinds, tokenSources } from '../types.ts';

/**
 * Numbers by name whose sums over several recorders are those of one recorder that saw every request: how a state travels
 * through a system that can do nothing but add. `stateFrom` is the way back.
 */
export type Counters = Map<string, number>;

/** The first so many targets have numbers of their own in counters. */
export const countedTargets = 20;

/** Counters at most, unless there is room for fewer. Of them so much is for the times of … */
const mostCounters = 100_000;
const portions = { run: 0.5, targets: 0.3, timeline: 0.2 } as const;
/** A bucket that is a quarter of its value wide is the coarsest. */
const fewestBits = 2;

/** Parts in which what a sum has beside whole numbers is told: so fine that the spread of values, a difference, stays right. */
export const partsOfOne = 1e12;

type Add = (name: string, value: number) => void;
type NamedTally = readonly [name: string, tally: Tally];

/**
 * The counters of a state. Counts are exact, sums are so but for the twelfth decimal place. Of each value its bucket is told,
 * the one of the histogram it is counted in or, when these would be too many, a coarser one.
 * @param startedAtMs when the clock of the state started, ms since 1970: where its timeline lies
 * @param most about so many counters at most
 */
export function countersOf(state: RecorderState, startedAtMs: number, most = mostCounters): Counters {
  const counters: Counters = new Map();
  const add: Add = (name, value) => {
    if (value !== 0) counters.set(name, (counters.get(name) ?? 0) + value);
  };
  addGroup(add, 'run', state.run);
  addSum(add, 'run.requestTime', state.clock.requestTimeMs);
  add('run.metObjectives', state.clock.metObjectives);
  const own: NamedTally[] = [
    ['run.response', state.responseTime],
    ['run.lag', state.lag],
  ];
  addTallies(add, [...talliesOf('run', state.run), ...own], most * portions.run);
  const targets = state.targets.slice(0, countedTargets).map((group, index) => ({ name: `target.${index}`, group }));
  const tallies: NamedTally[] = [];
  for (const { name, group } of targets) {
    if (group === undefined) continue;
    addGroup(add, name, group);
    tallies.push(...talliesOf(name, group));
  }
  addTallies(add, tallies, most * portions.targets);
  addTimeline(add, state.timeline, startedAtMs, most * portions.timeline);
  return counters;
}

/** All but the times. */
function addGroup(add: Add, name: string, group: Group): void {
  add(`${name}.requests`, group.requests);
  add(`${name}.bytes`, group.bytes);
  add(`${name}.tokens`, group.outputTokens);
  add(`${name}.reasoning`, group.reasoningTokens);
  add(`${name}.hidden`, group.hiddenTokens);
  add(`${name}.input`, group.inputTokens);
  add(`${name}.cached`, group.cachedTokens);
  add(`${name}.cachedCounts`, group.cachedCounts);
  const source = tokenSources[group.tokenSource];
  if (source !== undefined) add(`${name}.source.${source}`, 1);
  for (let index = 0; index < group.outcomes.length; index += 2) {
    const kind = group.outcomes[index] ?? 0;
    const error = errorKinds[-1 - kind];
    add(error === undefined ? `${name}.status.${kind}` : `${name}.error.${error}`, group.outcomes[index + 1] ?? 0);
  }
  if (group.streams === null) return;
  add(`${name}.streamed`, 1);
  add(`${name}.whole`, group.streams.whole);
  add(`${name}.partial`, group.streams.partial);
  add(`${name}.partialChunks`, group.streams.partialChunks);
}

function talliesOf(name: string, { successes, others, ttfb, streams }: Group): NamedTally[] {
  return [
    [`${name}.ok`, successes],
    ...(others === null ? [] : [[`${name}.other`, others] satisfies NamedTally]),
    [`${name}.ttfb`, ttfb],
    ...(streams === null
      ? []
      : (['ttft', 'icl', 'tpot', 'e2e', 'stall'] as const).map((time): NamedTally => [
          `${name}.${time}`,
          streams[time],
        ])),
  ];
}

/** Tallies, all with buckets of as many bits as leave no more counters than `most`. */
function addTallies(add: Add, tallies: readonly NamedTally[], most: number): void {
  let bits = threeDigits;
  let all = tallies.map(([, tally]) => bucketsOf(tally.histogram ?? histogramOf(tally)));
  while (bits > fewestBits && all.reduce((sum, { length }) => sum + length, 0) > most) {
    all = all.map((buckets) => coarserBuckets(buckets, bits, bits - 1));
    bits -= 1;
  }
  for (const [index, [name, { count, mean, squares }]] of tallies.entries()) {
    addSum(add, `${name}.sum`, count * mean);
    addSum(add, `${name}.squares`, squares + count * mean * mean);
    for (const [bucket, here] of all[index] ?? []) add(`${name}.${bits}.${bucket}`, here);
  }
}

/** A sum that is no whole number, as two that are. */
function addSum(add: Add, name: string, sum: number): void {
  const whole = Math.floor(sum);
  add(`${name}.whole`, whole);
  add(`${name}.parts`, Math.round((sum - whole) * partsOfOne));
}

const bucketsIn = ({ slices }: TimelineTally): number =>
  slices.reduce((sum, { latencies }) => sum + bucketsOf(latencies).length, 0);

/** Slices by their width and their number since 1970. */
function addTimeline(add: Add, timeline: TimelineTally, startedAtMs: number, most: number): void {
  let { widthMs, slices } = timeline;
  while (slices.length > 1 && bucketsIn({ widthMs, slices }) > most)
    ({ widthMs, slices } = coarserTimeline({ widthMs, slices }));
  const first = Math.round(startedAtMs / widthMs);
  // A timeline starts with the clock, also when nothing happened at first.
  if (slices.length > 0) add(`time.${widthMs}.${first}.starts`, 1);
  for (const [index, slice] of slices.entries()) {
    const name = `time.${widthMs}.${first + index}`;
    add(`${name}.failures`, slice.failures);
    addSum(add, `${name}.tokens`, slice.outputTokens);
    for (const [bucket, count] of bucketsOf(slice.latencies)) add(`${name}.${slice.latencies.bits}.${bucket}`, count);
  }
}
