import type { FailureSample } from '../metrics/types.ts';

/** Maximum number of different failures of one run. */
export const mostFailureGroups = 50;
/** Maximum number of targets listed per failure. */
const mostTargets = 20;
/** Maximum number of separate texts that differ only in numbers and ids. If there are more, they become one. */
const mostVariants = 3;
/** Replaces a number or id in which texts differ. */
const varying = '…';
/** A number, a time, or an id: a word with a digit in it. */
const variable = /[\p{L}\p{N}_-]*(?:\d|…)[\p{L}\p{N}_…-]*/gu;

/** A failure to count. */
export interface Failure extends Omit<FailureSample, 'count' | 'estimated'> {
  /** Number of failures it represents. */
  readonly count: number;
  /** The count is extrapolated. */
  readonly estimated?: boolean;
}

interface Group {
  failure: Failure;
  count: number;
  estimated: boolean;
  targets: Set<string>;
}

/** Failures counted by outcome (status or kind of error) and reason. */
export interface FailureGroups {
  add(failure: Failure): void;
  /** Returns the groups, most frequent first. */
  list(): FailureSample[];
}

/**
 * Returns an empty list of failure groups. If more than 3 reasons differ only in numbers and ids, they become one, with `…` in
 * place of these.
 * @param most maximum number of groups; each further one replaces the rarest
 */
export function createFailureGroups(most = mostFailureGroups): FailureGroups {
  /** By outcome and reason, in the order of arrival. */
  const groups = new Map<string, Group>();
  /** Keys of the groups of each pattern. */
  const patterns = new Map<string, Set<string>>();
  let crowded = false;

  const put = (key: string, pattern: string, { targets, ...failure }: Failure): void => {
    const known = groups.get(key);
    const named = targets ?? [failure.target];
    if (known !== undefined) {
      known.count += failure.count;
      known.estimated ||= failure.estimated ?? false;
      for (const target of named) if (known.targets.size < mostTargets) known.targets.add(target);
      return;
    }
    if (groups.size >= most) makeRoom();
    groups.set(key, {
      failure,
      count: failure.count,
      // A group with this key may have been replaced before.
      estimated: crowded || (failure.estimated ?? false),
      targets: new Set(named.slice(0, mostTargets)),
    });
    patterns.set(pattern, (patterns.get(pattern) ?? new Set()).add(key));
  };

  const makeRoom = (): void => {
    crowded = true;
    let rarest: string | undefined;
    for (const [key, { count }] of groups) {
      if (rarest === undefined || count < (groups.get(rarest)?.count ?? 0)) rarest = key;
    }
    if (rarest === undefined) return;
    groups.delete(rarest);
    for (const [pattern, keys] of patterns) {
      if (keys.delete(rarest) && keys.size === 0) patterns.delete(pattern);
    }
  };

  /** Merges all groups of a pattern into one. */
  const collapse = (pattern: string, failure: Failure): void => {
    const same = [...(patterns.get(pattern) ?? [])].flatMap((key) => groups.get(key) ?? []);
    for (const key of patterns.get(pattern) ?? []) groups.delete(key);
    patterns.delete(pattern);
    const reason = [...same.map((group) => reasonOf(group.failure)), reasonOf(failure)].reduce(common);
    for (const { failure: each, count, estimated, targets } of same) {
      const merged = { ...each, reason, count, targets: [...targets], ...(estimated && { estimated }) };
      put(keyOf(merged), pattern, merged);
    }
    const merged = { ...failure, reason };
    put(keyOf(merged), pattern, merged);
  };

  return {
    add(failure) {
      const key = keyOf(failure);
      const pattern = patternOf(key);
      const alike = patterns.get(pattern);
      if (alike === undefined || groups.has(key)) put(key, pattern, failure);
      else if (alike.size >= mostVariants || isVarying(failure) || [...alike].some((other) => other.includes(varying)))
        collapse(pattern, failure);
      else put(key, pattern, failure);
    },
    list: () => [...groups.values()].toSorted((a, b) => b.count - a.count).map(sampleOf),
  };
}

function sampleOf({ failure, count, estimated, targets }: Group): FailureSample {
  const { target, status, error, reason, text } = failure;
  return {
    target,
    ...(targets.size > 1 && { targets: [...targets] }),
    status,
    ...(error && { error }),
    ...(reason !== undefined && { reason }),
    text,
    count: Math.round(count),
    ...(estimated && { estimated }),
  };
}

/** Merges the failures of event loops, levels, or shares. */
export function mergeFailures(lists: readonly (readonly FailureSample[])[], most = mostFailureGroups): FailureSample[] {
  const [only, ...others] = lists.filter(({ length }) => length > 0);
  if (only === undefined) return [];
  if (others.length === 0) return only.slice(0, most);
  const groups = createFailureGroups(most);
  for (const list of lists) for (const failure of list) groups.add({ ...failure, count: failure.count ?? 1 });
  return groups.list();
}

/** Returns the reason on one line; for a sample of an older version, the start of its text. */
export const reasonOf = ({ reason, text }: Pick<FailureSample, 'reason' | 'text'>): string => reason ?? text;

const keyOf = ({ status, error, ...said }: Failure): string => `${error ?? String(status)}\n${reasonOf(said)}`;

/** Returns a key with its reason's numbers and ids replaced: equal for reasons that differ only in these. */
function patternOf(key: string): string {
  const end = key.indexOf('\n');
  return key.slice(0, end) + key.slice(end).replaceAll(variable, '#');
}

const isVarying = (failure: Failure): boolean => reasonOf(failure).includes(varying);

/** Returns two reasons of one pattern as one, with `…` where their numbers and ids differ. */
function common(a: string, b: string): string {
  const theirs = b.match(variable) ?? [];
  let at = 0;
  return a.replaceAll(variable, (word) => (word === theirs[at++] ? word : varying));
}
