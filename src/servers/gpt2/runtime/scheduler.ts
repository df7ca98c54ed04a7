import { candidates } from '../convert/graph.ts';
import { createKvCache, roundUp } from './kv-cache.ts';
import type { Model, Row, StepOutput } from './model.ts';
import { chunkTokens, createPrefixCache } from './prefix-cache.ts';
import { needsAllLogits, sample, seededRandom, type Sampling } from './sampler.ts';

/** A sequence to generate. */
export interface Job {
  readonly id: number;
  readonly prompt: Int32Array;
  /** At least 1; prompt and output fit the context. */
  readonly maxTokens: number;
  readonly ignoreEos: boolean;
  /** Number of tokens before the end-of-text token can end the output. */
  readonly minTokens: number;
  readonly sampling: Sampling;
}

/** Why an output ended. */
export type EndReason = 'length' | 'stop';

/** A generated token; `end` is set for the last one. */
export interface Emitted {
  readonly id: number;
  readonly token: number;
  readonly end: EndReason | undefined;
  /** Prompt tokens from the prefix cache; with the first token only. */
  readonly cachedTokens?: number;
}

/** Limits of a scheduler. */
export interface SchedulerOptions {
  readonly maxBatch: number;
  /** Maximum tokens of the KV cache. A sequence starts if its maximum length fits. */
  readonly kvTokens: number;
  /** Maximum tokens of the prefix cache; 0 for none. */
  readonly prefixCacheTokens: number;
}

/** State of a scheduler, for /metrics. */
export interface SchedulerState {
  readonly running: number;
  readonly waiting: number;
  readonly kvTokensUsed: number;
  readonly kvTokensAllocated: number;
  /** Tokens in the prefix cache, prompt tokens looked up in it, and those found. */
  readonly prefixCacheTokens: number;
  readonly prefixCacheQueries: number;
  readonly prefixCacheHits: number;
}

/** Result of one call of `advance`. */
export interface Advance {
  readonly emitted: readonly Emitted[];
  readonly promptTokens: number;
  /** Sequences in the decode step; 0 if there was none. */
  readonly batch: number;
  readonly runtimeMs: number;
}

/** Continuous batching over one model: sequences join and leave between steps. */
export interface Scheduler {
  readonly state: SchedulerState;
  submit(job: Job): void;
  /** Cancels a sequence, whose slot is free immediately. Ignores unknown ids. */
  cancel(id: number): void;
  /** Runs up to two prefills of queued sequences, then one step of all running ones. Undefined if there are none. */
  advance(): Promise<Advance | undefined>;
}

interface Sequence {
  readonly job: Job;
  readonly random: () => number;
  /** Number of tokens in the cache. */
  past: number;
  /** Prompt tokens from the prefix cache. */
  cached: number;
  produced: number;
  last: number;
}

/** Maximum tokens of prefills, padding included, before the next step of the running sequences. */
const prefillBudget = 256;
/** Capacity that an idle cache keeps for the next request: one context. */
const idleTokens = 1024;

const lengthOf = (group: readonly Sequence[]) => group.reduce((sum, sequence) => sum + sequence.job.prompt.length, 0);

/** Returns a scheduler without sequences. */
export function createScheduler(model: Model, options: SchedulerOptions): Scheduler {
  const cache = createKvCache(model.config);
  // One long prompt at a time is computed, in a separate cache, and moved when it's complete.
  const sideCache = createKvCache(model.config);
  const prefixes = createPrefixCache(model.config, options.prefixCacheTokens);
  let waiting: Sequence[] = [];
  const running: Sequence[] = [];
  let long: Sequence | undefined;

  const reach = (sequence: Sequence) => roundUp(sequence.job.prompt.length + sequence.job.maxTokens);
  const isLong = (sequence: Sequence) => sequence.job.prompt.length > chunkTokens;

  /** Removes the next sequences from the queue: a long one, or short ones that share a prefill. */
  const admit = (budget: number): { group: Sequence[]; tokens: number } => {
    const group: Sequence[] = [];
    let active = running.length + (long === undefined ? 0 : 1);
    let reachOfAll = Math.max(0, ...[...running, ...(long === undefined ? [] : [long])].map(reach));
    let longest = 0;
    const queue = waiting;
    for (const sequence of queue) {
      if (isLong(sequence) && long !== undefined) continue;
      reachOfAll = Math.max(reachOfAll, reach(sequence));
      if (active >= options.maxBatch || (active > 0 && (active + 1) * reachOfAll > options.kvTokens)) break;
      if (isLong(sequence)) {
        long = sequence;
      } else {
        longest = Math.max(longest, sequence.job.prompt.length);
        if ((group.length + 1) * longest > budget && group.length > 0) break;
        group.push(sequence);
      }
      active++;
      waiting = waiting.filter((other) => other !== sequence);
    }
    return { group, tokens: group.length * longest };
  };

  const emit = (sequence: Sequence, output: StepOutput, row: number): Emitted => {
    const from = row * candidates;
    const vocabulary = model.config.vocabulary;
    const choices = {
      topIds: output.topIds.subarray(from, from + candidates),
      topValues: output.topValues.subarray(from, from + candidates),
      logits: output.logits?.subarray(row * vocabulary, (row + 1) * vocabulary),
    };
    const token = sample(choices, sequence.job.sampling, sequence.random);
    sequence.last = token;
    sequence.produced++;
    const { ignoreEos, minTokens, maxTokens } = sequence.job;
    const stopped = token === model.config.eosTokenId && !ignoreEos && sequence.produced > minTokens;
    const full = sequence.produced >= maxTokens;
    const end = stopped ? 'stop' : full ? 'length' : undefined;
    const first = sequence.produced === 1 && sequence.cached > 0;
    return { id: sequence.job.id, token, end, ...(first && { cachedTokens: sequence.cached }) };
  };

  /** Frees the slot of a running sequence: the last one is moved there. */
  const remove = (index: number) => {
    const last = running.pop();
    if (last === undefined || index === running.length) return;
    running[index] = last;
    cache.copy(running.length, last.past, cache, index);
  };

  const makeRoom = (slots: number, tokens: number) => {
    const used = running.map((sequence) => sequence.past);
    const capacity = Math.max(roundUp(tokens), ...used.map((past) => roundUp(past + 1)));
    // Shrinks only to half or less. Otherwise, a length near a step would be copied back and forth.
    const keep = cache.capacity >= capacity && cache.capacity <= 2 * capacity;
    cache.ensure(slots <= cache.slots ? slots : slotsFor(slots), keep ? cache.capacity : capacity, used);
  };
  const slotsFor = (count: number) => Math.min(options.maxBatch, 2 ** Math.ceil(Math.log2(count)));

  const prefillGroup = async (group: readonly Sequence[]): Promise<{ emitted: Emitted[]; runtimeMs: number }> => {
    const first = running.length;
    makeRoom(first + group.length, Math.max(...group.map((sequence) => sequence.job.prompt.length)));
    const rows: Row[] = group.map((sequence) => ({ tokens: sequence.job.prompt, past: 0 }));
    const all = group.some((sequence) => needsAllLogits(sequence.job.sampling));
    const output = await model.step(cache, first, rows, all);
    for (const sequence of group) sequence.past = sequence.job.prompt.length;
    running.push(...group);
    const emitted = group.map((sequence, row) => emit(sequence, output, row));
    return { emitted, runtimeMs: output.runtimeMs };
  };

  const prefillLong = async (
    sequence: Sequence,
  ): Promise<{ emitted: Emitted[]; runtimeMs: number; tokens: number }> => {
    const { prompt, sampling } = sequence.job;
    sideCache.ensure(1, roundUp(prompt.length), [sequence.past]);
    if (sequence.past === 0) {
      sequence.cached = prefixes.load(prompt, sideCache);
      sequence.past = sequence.cached;
    }
    const tokens = prompt.subarray(sequence.past, sequence.past + chunkTokens);
    const last = sequence.past + tokens.length === prompt.length;
    const all = last && needsAllLogits(sampling);
    const output = await model.step(sideCache, 0, [{ tokens, past: sequence.past }], all);
    sequence.past += tokens.length;
    prefixes.store(prompt, sequence.past, sideCache);
    // It may have been canceled during the step.
    if (!last || long !== sequence) return { emitted: [], runtimeMs: output.runtimeMs, tokens: tokens.length };
    makeRoom(running.length + 1, prompt.length);
    sideCache.copy(0, sequence.past, cache, running.length);
    sideCache.clear();
    long = undefined;
    running.push(sequence);
    return { emitted: [emit(sequence, output, 0)], runtimeMs: output.runtimeMs, tokens: tokens.length };
  };

  const decode = async (): Promise<{ emitted: Emitted[]; runtimeMs: number }> => {
    makeRoom(running.length, 0);
    const rows: Row[] = running.map(({ last, past }) => ({ tokens: [last], past }));
    const all = running.some((sequence) => needsAllLogits(sequence.job.sampling));
    const output = await model.step(cache, 0, rows, all);
    for (const sequence of running) sequence.past++;
    return { emitted: running.map((sequence, row) => emit(sequence, output, row)), runtimeMs: output.runtimeMs };
  };

  const leave = (emitted: readonly Emitted[]) => {
    for (const { id, end } of emitted) if (end !== undefined) scheduler.cancel(id);
  };

  let cancelled = new Set<number>();
  let stepping = false;
  const scheduler: Scheduler = {
    get state() {
      const used = [...running, ...(long === undefined ? [] : [long])];
      return {
        running: used.length,
        waiting: waiting.length,
        kvTokensUsed: used.reduce((sum, sequence) => sum + sequence.past, 0),
        kvTokensAllocated: cache.slots * cache.capacity + sideCache.slots * sideCache.capacity,
        prefixCacheTokens: prefixes.tokens,
        prefixCacheQueries: prefixes.queries,
        prefixCacheHits: prefixes.hits,
      };
    },
    submit: (job) => {
      waiting.push({ job, random: seededRandom(job.sampling.seed), past: 0, cached: 0, produced: 0, last: 0 });
    },
    cancel: (id) => {
      // Slots must not move during a step.
      if (stepping) {
        cancelled.add(id);
        return;
      }
      waiting = waiting.filter((sequence) => sequence.job.id !== id);
      if (long?.job.id === id) {
        long = undefined;
        sideCache.clear();
      }
      const index = running.findIndex((sequence) => sequence.job.id === id);
      if (index >= 0) remove(index);
      if (running.length === 0 && cache.slots * cache.capacity > idleTokens) cache.clear();
    },
    advance: async () => {
      const emitted: Emitted[] = [];
      let promptTokens = 0;
      let runtimeMs = 0;
      let worked = false;
      const part = async <T extends { emitted: Emitted[]; runtimeMs: number }>(work: () => Promise<T>): Promise<T> => {
        stepping = true;
        const done = await work().finally(() => (stepping = false));
        worked = true;
        runtimeMs += done.runtimeMs;
        const gone = cancelled;
        cancelled = new Set();
        emitted.push(...done.emitted.filter(({ id }) => !gone.has(id)));
        leave(done.emitted);
        for (const id of gone) scheduler.cancel(id);
        return done;
      };
      const first = admit(prefillBudget);
      if (first.group.length > 0) await part(() => prefillGroup(first.group));
      promptTokens += lengthOf(first.group);
      // The second prefill is for a long prompt, if there is one. Otherwise, short ones could delay it forever.
      if (long !== undefined) {
        const sequence = long;
        promptTokens += (await part(() => prefillLong(sequence))).tokens;
      } else if (first.group.length > 0 && first.tokens < prefillBudget) {
        const second = admit(prefillBudget - first.tokens);
        if (second.group.length > 0) await part(() => prefillGroup(second.group));
        promptTokens += lengthOf(second.group);
      }
      const batch = running.length;
      if (batch > 0) await part(decode);
      return worked ? { emitted, promptTokens, batch, runtimeMs } : undefined;
    },
  };
  return scheduler;
}
