import { largestOf } from '../../core/extremes.ts';
import { maskSecrets } from '../../core/endpoints/mask.ts';
import { createFailureGroups } from '../../core/failures/groups.ts';
import { tellingPart } from '../../core/failures/telling-part.ts';
import type { ErrorKind, FailureSample } from '../../core/metrics/types.ts';

/** Number of failures per status or error kind that are all read. */
const allRead = 1_000;
/**
 * Of further failures, one in this many is read on average, at random distances. A fixed distance could meet the same
 * text each time.
 */
const readOneIn = 16;
/** Maximum number of characters kept of a response or error. */
const maxChars = 512;
/** Maximum number of texts whose key part is cached. */
const mostKnown = 64;

/** A failed request. `count`: number of failures that it represents, as returned by `weigh`. */
interface ToldFailure {
  readonly target: number;
  readonly status: number;
  readonly error?: ErrorKind;
  readonly text: string;
  /** The text is truncated. */
  readonly cut: boolean;
  readonly count: number;
}

/** Failures of one loop, counted by status or error kind and by message. Bounded and masked. */
export interface FailureSamples {
  /** Counts a failure. Returns how many failures it represents; 0 if its text isn't needed. */
  weigh(outcome: number | ErrorKind): number;
  add(failure: ToldFailure): void;
  /** Returns the most frequent failures first. */
  list(): readonly FailureSample[];
}

interface Schedule {
  seen: number;
  /** Sum of the values that `weigh` returned. */
  weighed: number;
  next: number;
  random: number;
}

/**
 * Creates an empty collection. Reading a response costs microseconds, and a server that rejects everything may send
 * tens of thousands per second. From the 1,001st failure of a status or kind on, one in 16 is read and counts for 16.
 * @param targetNames by target index
 */
export function createFailureSamples(targetNames: readonly string[], secrets: readonly string[]): FailureSamples {
  const groups = createFailureGroups();
  const schedules = new Map<number | ErrorKind, Schedule>();
  const known = new Map<string, { readonly text: string; readonly reason: string }>();
  const longestSecret = Math.max(0, largestOf(secrets.map((secret) => secret.length)));

  const read = (text: string): { readonly text: string; readonly reason: string } => {
    let said = known.get(text);
    if (said === undefined) {
      const masked = maskSecrets(text, secrets);
      said = { text: masked.slice(0, maxChars), reason: maskSecrets(tellingPart(masked), secrets) };
      if (known.size >= mostKnown) known.clear();
      known.set(text, said);
    }
    return said;
  };

  /** Scales to the exact number of the status or kind, because the failures read represent all of them. */
  const scaled = (failure: FailureSample): FailureSample => {
    const { seen = 1, weighed = 1 } = schedules.get(failure.error ?? failure.status) ?? {};
    const { count = 1, estimated = false } = failure;
    return estimated ? { ...failure, count: Math.max(1, Math.round((count * seen) / weighed)) } : failure;
  };

  return {
    weigh(outcome) {
      let schedule = schedules.get(outcome);
      if (schedule === undefined) {
        schedule = { seen: 0, weighed: 0, next: allRead + 1, random: 1 };
        schedules.set(outcome, schedule);
      }
      schedule.seen += 1;
      if (schedule.seen < schedule.next && schedule.seen > allRead) return 0;
      const weight = schedule.seen > allRead ? readOneIn : 1;
      if (weight > 1) {
        // A linear congruential generator, so that the same run reads the same failures.
        schedule.random = (Math.imul(schedule.random, 1_664_525) + 1_013_904_223) >>> 0;
        schedule.next = schedule.seen + 1 + ((schedule.random >>> 8) % (2 * readOneIn - 1));
      }
      schedule.weighed += weight;
      return weight;
    },
    add({ target, status, error, text, cut, count }) {
      // The cut may split a secret, which is then not recognized, so the end is removed before masking.
      const whole = cut ? text.slice(0, Math.max(0, text.length - longestSecret)) : text;
      groups.add({
        target: targetNames[target] ?? '',
        status,
        ...(error && { error }),
        ...read(whole),
        count,
        estimated: count > 1,
      });
    },
    list: () => groups.list().map(scaled),
  };
}
