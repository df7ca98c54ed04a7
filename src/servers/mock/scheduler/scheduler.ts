import type { Family } from '../../prometheus.ts';
import type { Step } from '../llm/schedule.ts';
import type { Agenda } from './agenda.ts';
import { createSchedulerMetrics, type EndReason } from './scheduler-metrics.ts';
import { blocksFor, createKvBlocks, type HeldBlocks, type TokenAt } from './kv-blocks.ts';

/** Limits of the scheduler; none unless set. */
export interface SchedulerLimits {
  /** Maximum number of running sequences; the rest wait. */
  readonly maxNumSeqs?: number;
  /** Size of the KV cache in blocks of 16 tokens. */
  readonly kvCacheBlocks?: number;
  readonly prefixCaching?: boolean;
}

/** A sequence to be generated. */
export interface Job {
  /** Arrival of the request on the clock of `performance.now()`. */
  readonly since: number;
  readonly promptTokens: number;
  /** Tokens of prompt and output; undefined if they don't use the prefix cache. */
  readonly tokenAt: TokenAt | undefined;
  /** Only the end of the response is written. */
  readonly whole: boolean;
  readonly finishReason: 'stop' | 'length';
  /** Returns the time from start to the next token by the number of tokens to compute first, ms. */
  prefillMs(uncachedTokens: number): number;
  /** Returns the steps from the start of the sequence. */
  schedule(uncachedTokens: number): readonly Step[];
  /** The sequence starts; later starts after a preemption aren't reported. */
  onStart(cachedTokens: number): void;
  /**
   * A step is due: each one, or the last one only if `whole`.
   * @param due its time on the clock of `performance.now()`
   * @param next called when the step has been written and another one follows
   */
  onStep(step: Step, due: number, next: () => void): void;
}

/** The scheduler of the mock model: which sequence runs when, and how long its tokens take. */
export interface Scheduler {
  /** Returns the number of blocks that is missing even if nothing else runs; 0 if the sequence fits. */
  missingBlocks(promptTokens: number, outputTokens: number): number;
  /** Adds a sequence to the queue. Returns what removes it when its client has disconnected. */
  submit(job: Job): () => void;
  metrics(): Family[];
}

interface Sequence {
  readonly job: Job;
  steps: readonly Step[];
  /** Index of the next step. */
  position: number;
  /** Delay of the start after the arrival, and origin of the step schedule; ms. */
  start: number;
  origin: number;
  first: number | undefined;
  last: number;
  held: HeldBlocks | undefined;
  cancel: (() => void) | undefined;
}

/** Returns a scheduler without sequences. Times of steps are multiplied by `timeScale`. */
export function createScheduler(limits: SchedulerLimits, timeScale: number, agenda: Agenda): Scheduler {
  const { maxNumSeqs = Infinity, kvCacheBlocks = Infinity, prefixCaching = false } = limits;
  const blocks = createKvBlocks(kvCacheBlocks, prefixCaching);
  const metrics = createSchedulerMetrics();
  const waiting: Sequence[] = [];
  /** In the order of their starts. */
  const running: Sequence[] = [];

  /** Returns the time of a step after the arrival, ms. */
  const timeOf = (sequence: Sequence, step: Step): number => sequence.origin + step.atMs * timeScale;
  /** Returns the tokens in the KV cache while the step is computed: its last token isn't among them. */
  const tokensAt = ({ job }: Sequence, step: Step | undefined): number =>
    job.promptTokens + Math.max(0, (step?.to ?? 0) - 1);

  /** Starts sequences in the order of their arrival until one has to wait. */
  const admit = (now: number): void => {
    for (;;) {
      const next = waiting[0];
      if (!next || running.length >= maxNumSeqs) return;
      const resumed = next.position > 0;
      const tokens = tokensAt(next, resumed ? next.steps[next.position] : undefined);
      const held = blocks.take(tokens, next.job.tokenAt);
      if (!held) return;
      waiting.shift();
      next.held = held;
      running.push(next);
      const at = Math.max(0, now - next.job.since);
      if (resumed) resume(next, at, tokens - held.cachedTokens);
      else begin(next, at, held.cachedTokens);
      plan(next);
    }
  };
  const begin = (sequence: Sequence, at: number, cached: number): void => {
    const { job } = sequence;
    sequence.start = at;
    sequence.origin = at;
    sequence.steps = job.schedule(job.promptTokens - cached);
    if (prefixCaching && job.tokenAt) metrics.lookedUp(job.promptTokens, cached);
    job.onStart(cached);
  };
  /** Computes prompt and output again after a preemption, then continues with the next step. */
  const resume = (sequence: Sequence, at: number, uncached: number): void => {
    const next = sequence.steps[sequence.position];
    sequence.origin = at + (sequence.job.prefillMs(uncached) - (next?.atMs ?? 0)) * timeScale;
  };

  /** Waits for the next step; if only the end is written, for the next one that needs a block or ends the sequence. */
  const plan = (sequence: Sequence): void => {
    const { steps, job, held } = sequence;
    const needsBlock = (step: Step | undefined): boolean =>
      kvCacheBlocks !== Infinity && blocksFor(tokensAt(sequence, step)) > (held?.blocks.length ?? 0);
    let until = sequence.position;
    while (job.whole && until < steps.length - 1 && !needsBlock(steps[until + 1])) until++;
    const step = steps[until];
    if (!step) return;
    sequence.cancel?.();
    sequence.cancel = agenda.at(job.since + timeOf(sequence, step), () => advance(sequence, until));
  };
  const advance = (sequence: Sequence, until: number): void => {
    const { steps, job } = sequence;
    sequence.cancel = undefined;
    const step = steps[until];
    if (!step) return;
    for (; sequence.position <= until; sequence.position++) count(sequence, steps[sequence.position]);
    const due = job.since + timeOf(sequence, step);
    if (sequence.position === steps.length) {
      remove(sequence, endOf(sequence, step), due);
      job.onStep(step, due, () => undefined);
      return;
    }
    // Blocks for the next step are taken as soon as this one is done.
    const runs = grow(sequence, due);
    const next = (): void => {
      if (sequence.held) plan(sequence);
    };
    if (job.whole) next();
    else job.onStep(step, due, next);
    // It may fit immediately, because blocks that it shared with others are now free.
    if (!runs) admit(due);
  };
  /** Counts the steps before a time that a sequence hasn't waited for. */
  const catchUp = (sequence: Sequence, before: number): void => {
    for (let step = sequence.steps[sequence.position]; step; step = sequence.steps[sequence.position]) {
      if (sequence.job.since + timeOf(sequence, step) >= before) return;
      count(sequence, step);
      sequence.position++;
    }
  };
  const count = (sequence: Sequence, step: Step | undefined): void => {
    if (step?.kind !== 'tokens') return;
    const at = timeOf(sequence, step);
    if (step.to > step.from) {
      if (sequence.first === undefined) {
        sequence.first = at;
        metrics.firstToken(at, sequence.job.promptTokens);
      } else metrics.gap(at - sequence.last);
      metrics.tokens(step.to - step.from);
    }
    sequence.last = at;
  };
  const endOf = ({ job }: Sequence, step: Step): EndReason =>
    step.kind === 'tokens' ? job.finishReason : step.kind === 'cut' ? 'abort' : 'error';

  /** Takes the blocks of the next step. Returns false if the sequence had to give up its own. */
  const grow = (sequence: Sequence, now: number): boolean => {
    const tokens = tokensAt(sequence, sequence.steps[sequence.position]);
    while (sequence.held && !blocks.grow(sequence.held, tokens, sequence.job.tokenAt)) {
      // As in vLLM, the sequence that started last is preempted: it frees its blocks and waits as the first of the queue.
      const last = running.pop();
      if (!last) break;
      if (last.job.whole) catchUp(last, now);
      release(last);
      waiting.unshift(last);
      metrics.preempted();
    }
    return sequence.held !== undefined;
  };
  const release = (sequence: Sequence): void => {
    sequence.cancel?.();
    sequence.cancel = undefined;
    if (sequence.held) blocks.release(sequence.held);
    sequence.held = undefined;
  };
  /** Ends a sequence and starts those that can take its place. */
  const remove = (sequence: Sequence, reason: EndReason, now: number): void => {
    drop(running, sequence);
    drop(waiting, sequence);
    release(sequence);
    const { job, start, first, last, steps, position } = sequence;
    const output = steps[position - 1]?.to ?? 0;
    const times = reason === 'stop' || reason === 'length' ? { start, first, end: last } : undefined;
    metrics.finished(reason, { prompt: job.promptTokens, output }, times);
    admit(now);
  };

  return {
    missingBlocks: (promptTokens, outputTokens) =>
      Math.max(0, blocksFor(promptTokens + Math.max(0, outputTokens - 1)) - kvCacheBlocks),
    submit: (job) => {
      const sequence: Sequence = {
        job,
        steps: [],
        position: 0,
        start: 0,
        origin: 0,
        first: undefined,
        last: 0,
        held: undefined,
        cancel: undefined,
      };
      waiting.push(sequence);
      admit(job.since);
      return () => {
        if (running.includes(sequence) || waiting.includes(sequence)) remove(sequence, 'abort', performance.now());
      };
    },
    metrics: () =>
      metrics.families(
        { running: running.length, waiting: waiting.length, kvUsage: blocks.usage },
        { blocks: kvCacheBlocks, prefixCaching },
      ),
  };
}

function drop<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
