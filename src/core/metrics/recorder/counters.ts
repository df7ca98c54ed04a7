import type { Group } from '../group.ts';
import { bucketsOf, coarserBuckets, threeDigits } from './histogram.ts';
import type { RecorderState } from './recorder-state.ts';
import { histogramOf, type Tally } from './tally.ts';
import { coarserTimeline, type TimelineTally } from '../timeline.ts';
import { errorKinds, tokenSources } from '../types.ts';

/**
 * Numbers by name that can be added over several recorders to give those of one recorder with all requests. A state
 * travels in this form through systems that can only add. `stateFrom` reverses it.
 */
export type Counters = Map<string, number>;

/** Number of targets, from the first, with their own numbers in counters. */
export const countedTargets = 20;

/** Maximum number of counters by default, and the share for times. */
const mostCounters = 100_000;
const portions = { run: 0.5, targets: 0.3, timeline: 0.2 } as const;
/** Bits of the coarsest buckets, whose width is a quarter of their value. */
const fewestBits = 2;

/** Unit of the fractional part of a sum. Small enough for the spread, which is a difference. */
export const partsOfOne = 1e12;

type Add = (name: string, value: number) => void;
type NamedTally = readonly [name: string, tally: Tally];

/**
 * Returns the counters of a state. Counts are exact; sums are exact to twelve decimal places. A value is represented by
 * its histogram bucket, or a coarser one if there would be too many.
 * @param startedAtMs start of the state's clock, ms since 1970; positions the timeline
 * @param most approximate maximum number of counters
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

/** Adds all counters except times. */
function addGroup(add: Add, name: string, group: Group): void {
  add(`${name}.requests`, group.requests);
  add(`${name}.bytes`, group.bytes);
  add(`${name}.tokens`, group.outputTokens);
  add(`${name}.reasoning`, group.reasoningTokens);
  add(`${name}.hidden`, group.hiddenTokens);
  add(`${name}.input`, group.inputTokens);
  add(`${name}.cached`, group.cachedTokens);
  add(`${name}.cachedCounts`, group.cachedCounts);
  add(`${name}.tokenResponses`, group.tokenResponses);
  add(`${name}.askedLengths`, group.askedLengths);
  add(`${name}.metLengths`, group.metLengths);
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
  add(`${name}.speeds`, group.streams.speeds);
  addSum(add, `${name}.speedSum`, group.streams.speedSum);
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

/** Adds tallies. All have buckets with as many bits as `most` counters allow. */
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

/** Adds a fractional sum as two integers. */
function addSum(add: Add, name: string, sum: number): void {
  const whole = Math.floor(sum);
  add(`${name}.whole`, whole);
  add(`${name}.parts`, Math.round((sum - whole) * partsOfOne));
}

const bucketsIn = ({ slices }: TimelineTally): number =>
  slices.reduce((sum, { latencies }) => sum + bucketsOf(latencies).length, 0);

/** Adds slices by their width and their index since 1970. */
function addTimeline(add: Add, timeline: TimelineTally, startedAtMs: number, most: number): void {
  let { widthMs, slices } = timeline;
  while (slices.length > 1 && bucketsIn({ widthMs, slices }) > most)
    ({ widthMs, slices } = coarserTimeline({ widthMs, slices }));
  const first = Math.round(startedAtMs / widthMs);
  // The timeline starts with the clock, even if nothing happened at first.
  if (slices.length > 0) add(`time.${widthMs}.${first}.starts`, 1);
  for (const [index, slice] of slices.entries()) {
    const name = `time.${widthMs}.${first + index}`;
    add(`${name}.failures`, slice.failures);
    addSum(add, `${name}.tokens`, slice.outputTokens);
    for (const [bucket, count] of bucketsOf(slice.latencies)) add(`${name}.${slice.latencies.bits}.${bucket}`, count);
  }
}
