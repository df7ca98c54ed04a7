import { latencyBinsOf } from '../bins.ts';
import { mergeGroups, numbersOf, type Group } from '../group.ts';
import type { RecorderState } from './recorder-state.ts';
import type { SummaryOptions } from '../summary.ts';
import type { RankTable, Tally } from './tally.ts';
import { addCountsAt, createTargetCounts, groupAt } from './target-counts.ts';
import { mostDetailed, targetDetail } from './target-detail.ts';
import { timelineOf } from '../timeline.ts';
import type { Numbers, Summary } from '../types.ts';

/**
 * Returns the numbers of each target with requests, in file order. In a large file only some get rows: those with the
 * most failures, the slowest by mean latency, and those with the most requests. The others are summed up.
 */
export function targetRows(
  state: RecorderState,
  { targetNames, detail, mostRows = mostDetailed }: SummaryOptions,
  rateMs: number,
  table: RankTable,
): Pick<Summary, 'perTarget' | 'otherTargets'> {
  const { targets, counts, targetTimelines, clock } = state;
  // Most targets have the same few outcomes, so they share one object.
  const known = new Map<string, Numbers['statusCodes']>();
  const rowOf = (group: Group, target: number): Summary['perTarget'][number] => {
    const { numbers, latency } = numbersOf(group, rateMs, table, true);
    const key = JSON.stringify(numbers.statusCodes);
    const statusCodes = known.get(key) ?? numbers.statusCodes;
    known.set(key, statusCodes);
    const own = targetTimelines[target];
    return {
      name: targetNames[target] ?? '',
      ...numbers,
      statusCodes,
      ...(own && {
        latencyBins: latencyBinsOf(latency.ranked, latency.tally.min, latency.tally.max),
        timeline: timelineOf(own, clock.lastEndMs, false),
      }),
    };
  };
  if (counts === null)
    return { perTarget: targets.flatMap((group, target) => (group === undefined ? [] : [rowOf(group, target)])) };

  const asked = Uint32Array.from(targetNames.keys()).filter((target) => requestsOf(state, target) > 0);
  const chosen = chooseRows(state, asked, detail, mostRows);
  const perTarget: Summary['perTarget'][number][] = [];
  const rest = createTargetCounts(1);
  const restGroups: Group[] = [];
  for (const target of asked) {
    const group = targets[target];
    if (!chosen.has(target)) {
      if (group === undefined) addCountsAt(rest, 0, counts, target);
      else restGroups.push(withoutValues(group));
      continue;
    }
    const some = group ?? groupAt(counts, target, state.run.tokenSource);
    if (some !== undefined) perTarget.push(rowOf(some, target));
  }
  if (chosen.size === asked.length) return { perTarget };
  const counted = groupAt(rest, 0, state.run.tokenSource);
  const others = mergeGroups(counted === undefined ? restGroups : [...restGroups, counted], 0);
  const { numbers } = numbersOf(others, rateMs, table, true);
  return { perTarget, otherTargets: { targets: asked.length - chosen.size, ...numbers } };
}

const requestsOf = ({ targets, counts }: RecorderState, target: number): number =>
  targets[target]?.requests ?? counts?.requests[target] ?? 0;

/** Returns the targets that must have a row, then alternately the next of each order. */
function chooseRows(
  state: RecorderState,
  asked: Uint32Array,
  detail: Uint8Array | undefined,
  most: number,
): ReadonlySet<number> {
  if (asked.length <= most) return new Set(asked);
  const { targets, counts } = state;
  const failuresOf = (target: number): number =>
    requestsOf(state, target) - (targets[target]?.successes.count ?? counts?.successes.count[target] ?? 0);
  const meanOf = (target: number): number => {
    const group = targets[target];
    return Math.max(
      group?.successes.mean ?? counts?.successes.mean[target] ?? 0,
      group?.others?.mean ?? counts?.others.mean[target] ?? 0,
    );
  };
  const chosen = new Set(asked.filter((target) => detail?.[target] === targetDetail.row));
  const orders = [
    fromLargest(asked, failuresOf).filter((target) => failuresOf(target) > 0),
    fromLargest(asked, meanOf),
    fromLargest(asked, (target) => requestsOf(state, target)),
  ];
  for (let place = 0; chosen.size < most; place++) {
    for (const order of orders) {
      const target = order[place];
      if (target !== undefined && chosen.size < most) chosen.add(target);
    }
  }
  return chosen;
}

/** Keeps file order between equal values. */
const fromLargest = (targets: Uint32Array, valueOf: (target: number) => number): Uint32Array =>
  targets.toSorted((a, b) => valueOf(b) - valueOf(a) || a - b);

const onlyMoments = (tally: Tally): Tally => ({ ...tally, raw: null, histogram: null });

/** Returns a group with counts and means only. */
function withoutValues({ successes, others, ttfb, ...group }: Group): Group {
  return {
    ...group,
    successes: onlyMoments(successes),
    others: others && onlyMoments(others),
    ttfb: onlyMoments(ttfb),
    streams: null,
  };
}
