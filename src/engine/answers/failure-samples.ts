import { largestOf } from '../../core/extremes.ts';
import { maskSecrets } from '../../core/endpoints/mask.ts';
import { createFailureGroups } from '../../core/failures/groups.ts';
import { tellingPart } from '../../core/failures/telling-part.ts';
import type { ErrorKind, FailureSample } from '../../core/metrics/types.ts';

/** So many failures of one status or kind of error are all read … */
const allRead = 1_000;
/** … and of more one in this many on average, at random distances: a regular one could meet the same text each time. */
const readOneIn = 16;
/** So many characters of a response or an error are kept. */
const maxChars = 512;
/** Texts whose most telling part is known. */
const mostKnown = 64;

/** What one failed request said. `count`: how many failures it stands for, as `weigh` has it. */
interface ToldFailure {
  readonly target: number;
  readonly status: number;
  readonly error?: ErrorKind;
  readonly text: string;
  /** The text goes on. */
  readonly cut: boolean;
  readonly count: number;
}

/** The failures of one loop, counted by status or kind of error and by what was said. Capped and masked. */
export interface FailureSamples {
  /** Counts a failure, and returns how many it stands for; 0 when nobody needs to read what it said. */
  weigh(outcome: number | ErrorKind): number;
  add(failure: ToldFailure): void;
  /** The most frequent first. */
  list(): readonly FailureSample[];
}

interface Schedule {
  seen: number;
  /** The sum of what `weigh` returned. */
  weighed: number;
  next: number;
  random: number;
}

/**
 * Creates an empty collection. Reading a response costs microseconds, and a server that refuses everything may send tens of
 * thousands a second: from the 1,001st failure of a status or kind on, one in 16 is read and counts for 16.
 * @param targetNames by target index, as samples count them
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

  /** To the exact number of the status or kind: what was read stands for all of it. */
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
        // A linear congruential generator: the same run reads the same failures.
        schedule.random = (Math.imul(schedule.random, 1_664_525) + 1_013_904_223) >>> 0;
        schedule.next = schedule.seen + 1 + ((schedule.random >>> 8) % (2 * readOneIn - 1));
      }
      schedule.weighed += weight;
      return weight;
    },
    add({ target, status, error, text, cut, count }) {
      // A secret may stand across the cut: half of one is not recognised, so the end goes before masking.
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
