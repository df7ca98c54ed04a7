import * as v from 'valibot';
import { LoadlensError } from '../errors.ts';
import { countersOf, type Counters } from '../metrics/recorder/counters.ts';
import type { RecorderState } from '../metrics/recorder/recorder-state.ts';
import { runSchema } from '../record/schemas/run-schema.ts';
import type { RunRecord } from '../record/run.ts';

/** Start of the name of every Loadlens counter. */
const prefix = 'loadlens.';
/** Characters of facts per counter name: Artillery allows names of 1,024 characters. */
const mostPerName = 900;
/** Maximum number of different failures in a share's report: each takes one or two counters. */
const mostFailures = 10;

/** The facts of one share that can't be added up. Times are in ms since 1970. */
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
  /** Number of the share, from 0; null if the worker didn't know it and sent by a separate plan. */
  readonly number: number | null;
  /** Requests sent. The sum over all shares equals the counters' total. */
  readonly requests: number;
  /** When its clock started. */
  readonly startedAtMs: number;
  /** Null if it sent nothing. */
  readonly firstSentAtMs: number | null;
  readonly lastEndAtMs: number | null;
  /** Null without a response; absent in reports of older versions. */
  readonly lastResponseAtMs?: number | null;
  /** True if objectives apply to single requests. */
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

/** Returns the name of the counter of shares of a load that started or ended. */
export const passageCounter = (load: string, passage: 'started' | 'ended'): string =>
  `${prefix}load.${load}.${passage}`;

/**
 * Returns the counters of a share that has ended. Names carry the facts that can't be added up, in pieces.
 * @param key separates the pieces of this share from those of all others
 * @param most approximate maximum number of counters
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
  const own: ShareFacts = {
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
  const text = JSON.stringify(own).replaceAll(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  for (let from = 0; from < text.length; from += mostPerName)
    counters.set(`${prefix}facts.${key}.${from}.${text.slice(from, from + mostPerName)}`, 1);
  for (const [name, value] of countersOf(state, startedAtMs, most)) counters.set(prefix + name, value);
  return counters;
}

/** The Loadlens part of an Artillery report. */
export interface Reported {
  /** Loads by id, each with the number of shares that started and ended. */
  readonly loads: ReadonlyMap<string, { readonly started: number; readonly ended: number }>;
  readonly shares: readonly ShareFacts[];
  readonly counters: Counters;
  /** Errors of virtual users, as Artillery counts them. */
  readonly errors: readonly { readonly text: string; readonly count: number }[];
}

const report = v.object({ aggregate: v.object({ counters: v.record(v.string(), v.number()) }) });

/** Reads Artillery's JSON report. @throws LoadlensError if it isn't one, or has no counters of Loadlens */
export function readReport(json: unknown): Reported {
  const parsed = v.safeParse(report, json);
  if (!parsed.success) {
    throw new LoadlensError("This file isn't an Artillery report.", {
      hint: 'Choose the file that artillery run --output wrote.',
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
    throw new LoadlensError('This Artillery report has no counters of Loadlens.', {
      hint: `${errors.length > 0 ? `Artillery reports an error: ${errors[0]?.text ?? ''}. ` : ''}Run a project that loadlens export artillery wrote.`,
    });
  }
  return { loads, shares: [...pieces.values()].map(joined), counters, errors };
}

/** Removes characters that would control a terminal. */
const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

function joined(pieces: readonly (readonly [from: number, text: string])[]): ShareFacts {
  const text = pieces
    .toSorted(([a], [b]) => a - b)
    .map(([, piece]) => piece)
    .join('');
  const parsed = v.safeParse(facts, asJson(text));
  if (parsed.success) return parsed.output;
  throw incomplete('the facts of a share are damaged');
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const countedTwice = (): LoadlensError =>
  new LoadlensError('This report counts a share twice, so its numbers are wrong.', {
    hint: 'Run the project again.',
  });

/** Returns the error of a report whose numbers don't match: messages of workers are missing in it. */
export const incomplete = (why: string): LoadlensError =>
  new LoadlensError(`This report is incomplete: ${why}.`, {
    hint: 'Messages of workers were lost. Run the project again.',
  });
