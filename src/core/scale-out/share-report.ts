import * as v from 'valibot';
import { LoadlensError } from '../errors.ts';
import { countersOf, type Counters } from '../metrics/recorder/counters.ts';
import type { RecorderState } from '../metrics/recorder/recorder-state.ts';
import { runSchema } from '../record/read-run.ts';
import type { RunRecord } from '../record/run.ts';

/** What every counter of ours begins with. */
const prefix = 'loadlens.';
/** Names of metrics may be 1,024 characters long in Artillery. */
const mostPerName = 900;
/** A share tells of so many different failures: each takes a counter or two. */
const mostFailures = 10;

/** What one share knows beside what can be added up. Times are ms since 1970. */
export interface ShareFacts extends Pick<
  RunRecord,
  | 'warmupSent'
  | 'requestsCancelled'
  | 'reconnected'
  | 'backlog'
  | 'addresses'
  | 'failureSamples'
  | 'client'
  | 'environment'
> {
  /** Remarks on the server. */
  readonly serverNotes?: readonly string[];
  /** Which share it is, from 0; null for one that did not know, and sent by a plan of its own. */
  readonly number: number | null;
  /** Requests it has sent: with those of the others, all that counters tell of. */
  readonly requests: number;
  /** When its clock started. */
  readonly startedAtMs: number;
  /** Null when it sent nothing. */
  readonly firstSentAtMs: number | null;
  readonly lastEndAtMs: number | null;
  /** Null without a response; absent in what older workers told. */
  readonly lastResponseAtMs?: number | null;
  /** Whether there were objectives that single requests are held to. */
  readonly limited: boolean;
}

const { warmupSent, requestsCancelled, reconnected, backlog, addresses, failureSamples, client, environment } =
  runSchema.entries;
const facts = v.object({
  number: v.nullable(v.number()),
  requests: runSchema.entries.requestsSent,
  startedAtMs: v.number(),
  firstSentAtMs: v.nullable(v.number()),
  lastEndAtMs: v.nullable(v.number()),
  lastResponseAtMs: v.exactOptional(v.nullable(v.number())),
  limited: v.boolean(),
  warmupSent,
  requestsCancelled,
  reconnected,
  backlog,
  addresses,
  failureSamples,
  client,
  environment,
  serverNotes: v.exactOptional(v.array(v.string())),
});

/** The counter that says that a share of a load has begun, or ended. */
export const passageCounter = (load: string, passage: 'started' | 'ended'): string =>
  `${prefix}load.${load}.${passage}`;

/**
 * The counters of a share that has ended. What can't be added up stands in their names, in pieces below a key that no other
 * share has. `most`: about so many counters at most.
 */
export function shareCounters(
  key: string,
  { record, state, number, most }: { record: RunRecord; state: RecorderState; number: number | null; most?: number },
): Counters {
  const { clock } = state;
  const startedAtMs = Date.parse(record.startedAt);
  const sent = Number.isFinite(clock.firstSentMs);
  const { warmupSent, requestsCancelled, reconnected, backlog, addresses, failureSamples, client, environment } =
    record;
  const told: ShareFacts = {
    number,
    requests: state.run.requests,
    startedAtMs,
    firstSentAtMs: sent ? startedAtMs + clock.firstSentMs : null,
    lastEndAtMs: sent ? startedAtMs + clock.lastEndMs : null,
    lastResponseAtMs: Number.isFinite(clock.lastResponseMs) ? startedAtMs + clock.lastResponseMs : null,
    limited: record.sloAttainment !== null,
    warmupSent,
    requestsCancelled,
    ...(reconnected !== undefined && { reconnected }),
    ...(backlog && { backlog }),
    addresses,
    failureSamples: failureSamples.slice(0, mostFailures),
    client,
    environment,
    ...(record.server?.notes && { serverNotes: record.server.notes }),
  };
  const counters: Counters = new Map();
  const text = JSON.stringify(told).replaceAll(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  for (let from = 0; from < text.length; from += mostPerName)
    counters.set(`${prefix}facts.${key}.${from}.${text.slice(from, from + mostPerName)}`, 1);
  for (const [name, value] of countersOf(state, startedAtMs, most)) counters.set(prefix + name, value);
  return counters;
}

/** What the workers of Artillery have said, added up by it. */
export interface Reported {
  /** Loads that shares have begun, and how many of each began and ended. */
  readonly loads: ReadonlyMap<string, { readonly started: number; readonly ended: number }>;
  readonly shares: readonly ShareFacts[];
  readonly counters: Counters;
  /** Errors of virtual users, as Artillery counts them. */
  readonly errors: readonly { readonly text: string; readonly count: number }[];
}

const report = v.object({ aggregate: v.object({ counters: v.record(v.string(), v.number()) }) });

/** Reads the JSON report of Artillery. Throws a LoadlensError for what is none, or has not come from Loadlens. */
export function readReport(json: unknown): Reported {
  const parsed = v.safeParse(report, json);
  if (!parsed.success) {
    throw new LoadlensError('This is no report of Artillery.', {
      hint: 'Choose the file that artillery run --output has written.',
    });
  }
  const loads = new Map<string, { started: number; ended: number }>();
  const pieces = new Map<string, [from: number, text: string][]>();
  const counters: Counters = new Map();
  const errors: { text: string; count: number }[] = [];
  for (const [name, count] of Object.entries(parsed.output.aggregate.counters)) {
    if (name.startsWith('errors.')) errors.push({ text: plain(name.slice('errors.'.length)), count });
    if (!name.startsWith(prefix)) continue;
    const own = name.slice(prefix.length);
    const [, load, passage] = /^load\.([^.]+)\.(started|ended)$/.exec(own) ?? [];
    const [, key, from, text] = /^facts\.(\w+)\.(\d+)\.(.*)$/s.exec(own) ?? [];
    if (load !== undefined) {
      const so = loads.get(load) ?? { started: 0, ended: 0 };
      loads.set(load, passage === 'started' ? { ...so, started: count } : { ...so, ended: count });
    } else if (key !== undefined && text !== undefined) {
      if (count !== 1) throw countedTwice();
      pieces.set(key, [...(pieces.get(key) ?? []), [Number(from), text]]);
    } else {
      counters.set(own, count);
    }
  }
  if (loads.size === 0) {
    throw new LoadlensError('This report of Artillery has no counters of Loadlens.', {
      hint: `${errors.length > 0 ? `Artillery tells of an error: ${errors[0]?.text ?? ''} ` : ''}Run a project that loadlens export artillery has written.`,
    });
  }
  return { loads, shares: [...pieces.values()].map(joined), counters, errors };
}

/** Without what would steer a terminal. */
const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

function joined(pieces: readonly (readonly [from: number, text: string])[]): ShareFacts {
  const text = pieces
    .toSorted(([a], [b]) => a - b)
    .map(([, piece]) => piece)
    .join('');
  const parsed = v.safeParse(facts, asJson(text));
  if (parsed.success) return parsed.output;
  throw incomplete('what a share says of itself is not whole');
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const countedTwice = (): LoadlensError =>
  new LoadlensError('A share of this report has been counted twice: none of its numbers can be trusted.', {
    hint: 'Run the project again.',
  });

/** The numbers do not belong together: some of what the workers said is not in the report. */
export const incomplete = (why: string): LoadlensError =>
  new LoadlensError(`This report is not whole: ${why}.`, {
    hint: 'Messages of workers were lost on the way. Run the project again.',
  });
