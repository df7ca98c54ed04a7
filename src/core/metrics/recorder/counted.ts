import { largestOf, smallestOf } from '../../extremes.ts';
import { partsOfOne, type Counters } from './counters.ts';
import { createGroup, type Group } from '../group.ts';
import { addBucket, bucketsOf, createHistogram, middleOf, threeDigits } from './histogram.ts';
import { createRecorderState, type RecorderState } from './recorder-state.ts';
import { createStreamTally, type StreamTally } from '../streams.ts';
import type { Tally } from './tally.ts';
import { createSlice, createTimeline, mostSlices, type TimelineTally } from '../timeline.ts';
import { errorKinds, tokenSources } from '../types.ts';

/** Content of counters that were added up by name. */
export interface Counted {
  /**
   * Without raw samples, streamed requests, the first `sent`, the last `end`, and the last response: sums can't carry
   * them.
   */
  readonly state: RecorderState;
  /** Start of its timeline, ms since 1970; null without one. */
  readonly timelineAtMs: number | null;
  /** Bits of the coarsest buckets of times: 10 (3 digits) unless there were too many. */
  readonly bits: { readonly run: number; readonly targets: number };
}

/** Counters as a tree by the parts of their names. */
interface Tree {
  value: number;
  readonly parts: Map<string, Tree>;
}

const empty: Tree = { value: 0, parts: new Map() };
const tallyNames = ['ok', 'other', 'ttfb', 'response', 'lag', 'ttft', 'icl', 'tpot', 'e2e', 'stall'];

/** Returns the state for the counters of one recorder, or for the sums of several. Ignores unknown names. */
export function stateFrom(counters: Counters): Counted {
  const tree = treeOf(counters);
  const run = at(tree, 'run');
  const { timeline, atMs } = timelineFrom(at(tree, 'time'));
  const blank = createRecorderState(0);
  const targets: RecorderState['targets'] = [];
  for (const [index, target] of at(tree, 'target').parts) {
    while (targets.length <= Number(index)) targets.push(undefined);
    targets[Number(index)] = groupFrom(target);
  }
  return {
    state: {
      ...blank,
      exact: false,
      run: groupFrom(run),
      targets,
      responseTime: tallyFrom(at(run, 'response')),
      lag: tallyFrom(at(run, 'lag')),
      timeline,
      clock: {
        ...blank.clock,
        requestTimeMs: sumFrom(at(run, 'requestTime')),
        metObjectives: at(run, 'metObjectives').value,
      },
    },
    timelineAtMs: atMs,
    bits: { run: leastBits([run]), targets: leastBits([...at(tree, 'target').parts.values()]) },
  };
}

/** Returns the fewest bits over the times of groups. */
const leastBits = (groups: readonly Tree[]): number =>
  Math.min(threeDigits, smallestOf(groups.flatMap((group) => tallyNames.flatMap((name) => bitsIn(at(group, name))))));

function treeOf(counters: Counters): Tree {
  const root: Tree = { value: 0, parts: new Map() };
  for (const [name, value] of counters) {
    let tree = root;
    for (const part of name.split('.')) {
      let next = tree.parts.get(part);
      if (next === undefined) tree.parts.set(part, (next = { value: 0, parts: new Map() }));
      tree = next;
    }
    tree.value += value;
  }
  return root;
}

const at = ({ parts }: Tree, name: string): Tree => parts.get(name) ?? empty;

function groupFrom(tree: Tree): Group {
  const group = createGroup(0, true);
  const outcomes: number[] = [];
  for (const [status, { value }] of at(tree, 'status').parts) outcomes.push(Number(status), value);
  for (const [index, error] of errorKinds.entries()) {
    const count = at(at(tree, 'error'), error).value;
    if (count > 0) outcomes.push(-1 - index, count);
  }
  return {
    ...group,
    requests: at(tree, 'requests').value,
    outcomes,
    successes: tallyFrom(at(tree, 'ok')),
    others: tree.parts.has('other') ? tallyFrom(at(tree, 'other')) : null,
    ttfb: tallyFrom(at(tree, 'ttfb')),
    bytes: at(tree, 'bytes').value,
    outputTokens: at(tree, 'tokens').value,
    reasoningTokens: at(tree, 'reasoning').value,
    hiddenTokens: at(tree, 'hidden').value,
    inputTokens: at(tree, 'input').value,
    cachedTokens: at(tree, 'cached').value,
    cachedCounts: at(tree, 'cachedCounts').value,
    tokenResponses: at(tree, 'tokenResponses').value,
    askedLengths: at(tree, 'askedLengths').value,
    metLengths: at(tree, 'metLengths').value,
    tokenSource: tokenSources.findLastIndex((source) => at(tree, 'source').parts.has(source)),
    streams: tree.parts.has('streamed') ? streamsFrom(tree) : null,
  };
}

function streamsFrom(tree: Tree): StreamTally {
  return {
    ...createStreamTally(0, true),
    whole: at(tree, 'whole').value,
    partial: at(tree, 'partial').value,
    partialChunks: at(tree, 'partialChunks').value,
    ttft: tallyFrom(at(tree, 'ttft')),
    icl: tallyFrom(at(tree, 'icl')),
    tpot: tallyFrom(at(tree, 'tpot')),
    speeds: at(tree, 'speeds').value,
    speedSum: sumFrom(at(tree, 'speedSum')),
    e2e: tallyFrom(at(tree, 'e2e')),
    stall: tallyFrom(at(tree, 'stall')),
  };
}

/**
 * Returns a tally whose mean and spread come from the sums, and whose extremes are the middles of the outermost
 * buckets.
 */
function tallyFrom(tree: Tree): Tally {
  const histogram = createHistogram(threeDigits);
  for (const [bucket, bits, here] of bucketsIn(tree)) addBucket(histogram, bucket, bits, here);
  const buckets = bucketsOf(histogram);
  const count = buckets.reduce((sum, [, here]) => sum + here, 0);
  const mean = count === 0 ? 0 : sumFrom(at(tree, 'sum')) / count;
  const squares = sumFrom(at(tree, 'squares')) - count * mean * mean;
  return {
    count,
    mean,
    // With equal values, rounding must not make it negative.
    squares: Math.max(0, squares),
    min: middleOf(buckets[0]?.[0] ?? Number.NaN, threeDigits),
    max: middleOf(buckets.at(-1)?.[0] ?? Number.NaN, threeDigits),
    raw: null,
    rawLimit: 0,
    histogram,
  };
}

const bitsIn = ({ parts }: Tree): number[] => [...parts.keys()].filter((name) => /^\d+$/.test(name)).map(Number);

/** Returns the buckets with the bits of their histograms. */
function bucketsIn(tree: Tree): [bucket: number, bits: number, count: number][] {
  return bitsIn(tree).flatMap((bits) =>
    [...at(tree, String(bits)).parts].map(([bucket, { value }]): [number, number, number] => [
      Number(bucket),
      bits,
      value,
    ]),
  );
}

function sumFrom(tree: Tree): number {
  return at(tree, 'whole').value + at(tree, 'parts').value / partsOfOne;
}

/** Returns the slices at their position in time, whatever their width and start in each recorder. */
function timelineFrom(tree: Tree): { timeline: TimelineTally; atMs: number | null } {
  const told = [...tree.parts].flatMap(([width, slices]) =>
    [...slices.parts].map(([number, slice]) => ({
      widthMs: Number(width),
      startMs: Number(number) * Number(width),
      slice,
    })),
  );
  if (told.length === 0) return { timeline: createTimeline(), atMs: null };
  const atMs = smallestOf(told.map(({ startMs }) => startMs));
  const lengthMs = largestOf(told.map(({ startMs, widthMs }) => startMs + widthMs)) - atMs;
  let widthMs = largestOf(told.map((one) => one.widthMs));
  while (lengthMs > widthMs * mostSlices) widthMs *= 2;
  const slices = Array.from({ length: Math.ceil(lengthMs / widthMs) }, createSlice);
  for (const { startMs, slice } of told) {
    const into = slices[Math.floor((startMs - atMs) / widthMs)];
    if (into === undefined) continue;
    into.failures += at(slice, 'failures').value;
    into.outputTokens += sumFrom(at(slice, 'tokens'));
    for (const [bucket, bits, count] of bucketsIn(slice)) {
      const middle = middleOf(bucket, bits);
      into.responses += count;
      into.min = Math.min(into.min, middle);
      into.max = Math.max(into.max, middle);
      addBucket(into.latencies, bucket, bits, count);
    }
  }
  return { timeline: { widthMs, slices }, atMs };
}
