import assert from 'node:assert/strict';
import type { Step } from '../../../../src/servers/mock/llm/schedule.ts';
import type { Agenda } from '../../../../src/servers/mock/scheduler/agenda.ts';
import {
  createScheduler,
  type Job,
  type Scheduler,
  type SchedulerLimits,
} from '../../../../src/servers/mock/scheduler/scheduler.ts';
import { renderMetrics } from '../../../../src/servers/prometheus.ts';

/** An agenda whose clock jumps from event to event. */
function jumpingAgenda(): Agenda & { runUntil(ms: number): void } {
  let events: { due: number; run: () => void }[] = [];
  return {
    at: (due, run) => {
      const event = { due, run };
      events.push(event);
      return () => {
        events = events.filter((other) => other !== event);
      };
    },
    runUntil: (ms) => {
      for (;;) {
        // The sort is stable: events of the same time stay in order.
        const [next] = events.toSorted((a, b) => a.due - b.due);
        if (!next || next.due > ms) return;
        events = events.filter((other) => other !== next);
        next.run();
      }
    },
  };
}

/** A request: first token after 100 ms and 1 ms per token that isn't cached, the others 10 ms apart. */
const prefillMs = (uncached: number): number => 100 + uncached;
function job(name: string, prompt: number, output: number, log: string[], more: Partial<Job> = {}): Job {
  return {
    since: 0,
    promptTokens: prompt,
    tokenAt: (index) => `${name} ${index}`,
    whole: false,
    finishReason: 'length',
    prefillMs,
    schedule: (uncached) =>
      Array.from({ length: output }, (_, i): Step => ({
        atMs: prefillMs(uncached) + 10 * i,
        from: i,
        to: i + 1,
        kind: 'tokens',
      })),
    onStart: (cached) => log.push(`${name} starts, ${cached} cached`),
    onStep: (step, due, next) => {
      log.push(`${name} ${step.to} at ${due}`);
      next();
    },
    ...more,
  };
}

const start = (limits: SchedulerLimits): { scheduler: Scheduler; agenda: ReturnType<typeof jumpingAgenda> } => {
  const agenda = jumpingAgenda();
  return { scheduler: createScheduler(limits, 1, agenda), agenda };
};

/** The value of a metric without its labels. */
function valueOf(scheduler: Scheduler, name: string): number {
  const [, value] = new RegExp(`^vllm:${name}\\{.*\\} (.*)$`, 'm').exec(renderMetrics(scheduler.metrics())) ?? [];
  return Number(value);
}
const valuesOf = (scheduler: Scheduler, ...names: readonly string[]): number[] =>
  names.map((name) => valueOf(scheduler, name));

describe('scheduler of the mock model', () => {
  it('runs everything immediately without limits', () => {
    const { scheduler, agenda } = start({});
    const log: string[] = [];
    scheduler.submit(job('a', 5, 2, log));
    scheduler.submit(job('b', 7, 1, log, { since: 4 }));
    agenda.runUntil(1000);
    assert.deepEqual(log, ['a starts, 0 cached', 'b starts, 0 cached', 'a 1 at 105', 'b 1 at 111', 'a 2 at 115']);
    assert.deepEqual(
      valuesOf(scheduler, 'prompt_tokens_total', 'generation_tokens_total', 'kv_cache_usage_perc'),
      [12, 3, 0],
    );
    assert.deepEqual(
      valuesOf(scheduler, 'time_to_first_token_seconds_sum', 'e2e_request_latency_seconds_sum'),
      [0.212, 0.222],
    );
  });

  it('counts each token of a response in one piece, also without time between them', () => {
    const { scheduler, agenda } = start({});
    const steps = Array.from({ length: 4 }, (_, i): Step => ({ atMs: 50, from: i, to: i + 1, kind: 'tokens' }));
    scheduler.submit(job('a', 5, 4, [], { whole: true, schedule: () => steps }));
    agenda.runUntil(Infinity);
    assert.deepEqual(
      valuesOf(scheduler, 'generation_tokens_total', 'inter_token_latency_seconds_count', 'prompt_tokens_total'),
      [4, 3, 5],
    );
  });

  it('runs the allowed number of sequences, and starts the others when one ends', () => {
    const { scheduler, agenda } = start({ maxNumSeqs: 1 });
    const log: string[] = [];
    for (const name of ['a', 'b', 'c']) scheduler.submit(job(name, 10, 3, log));
    assert.deepEqual(valuesOf(scheduler, 'num_requests_running', 'num_requests_waiting'), [1, 2]);
    agenda.runUntil(1000);
    assert.deepEqual(
      log.filter((line) => line.includes(' 1 at')),
      ['a 1 at 110', 'b 1 at 240', 'c 1 at 370'],
    );
    assert.deepEqual(
      valuesOf(scheduler, 'request_queue_time_seconds_sum', 'request_queue_time_seconds_count', 'num_requests_running'),
      [0.39, 3, 0],
    );
  });

  it('starts the next sequence when a client disconnects, queued or running', () => {
    const { scheduler, agenda } = start({ maxNumSeqs: 1 });
    const log: string[] = [];
    const leave = ['a', 'b', 'c'].map((name) => scheduler.submit(job(name, 10, 3, log)));
    leave[1]?.();
    leave[0]?.();
    leave[0]?.();
    assert.deepEqual(log, ['a starts, 0 cached', 'c starts, 0 cached']);
    agenda.runUntil(Infinity);
    assert.equal(log.length, 5);
    const text = renderMetrics(scheduler.metrics());
    assert.match(text, /request_success_total\{.*finished_reason="abort"\} 2\n/);
    assert.match(text, /request_success_total\{.*finished_reason="length"\} 1\n/);
    assert.match(text, /e2e_request_latency_seconds_count\{.*\} 1\n/);
  });

  it('finds full blocks of earlier prompts and responses, except the last token', () => {
    const { scheduler, agenda } = start({ prefixCaching: true });
    const log: string[] = [];
    const run = (prompt: number, output: number): void => {
      scheduler.submit(job('a', prompt, output, log));
      agenda.runUntil(Infinity);
    };
    run(40, 1);
    run(40, 1);
    run(32, 1);
    run(33, 1);
    // Tokens 0 to 47 are in the cache after this: the last token of a response isn't computed.
    run(40, 10);
    run(60, 1);
    assert.deepEqual(
      log.filter((line) => line.includes('starts')),
      [0, 32, 16, 32, 32, 48].map((cached) => `a starts, ${cached} cached`),
    );
    assert.deepEqual(valuesOf(scheduler, 'prefix_cache_queries_total', 'prefix_cache_hits_total'), [
      40 + 40 + 32 + 33 + 40 + 60,
      160,
    ]);
    // 140, 108, 116, 101, 108 and 112 ms.
    assert.equal(valueOf(scheduler, 'time_to_first_token_seconds_sum'), 0.685);
  });

  it('reuses the blocks that were released first', () => {
    const { scheduler, agenda } = start({ prefixCaching: true, kvCacheBlocks: 5 });
    const log: string[] = [];
    const run = (name: string, prompt: number): void => {
      scheduler.submit(job(name, prompt, 1, log));
      agenda.runUntil(Infinity);
    };
    run('a', 33);
    run('b', 33);
    // b took the two unused blocks and the one that a had not filled.
    run('a', 33);
    run('c', 33);
    run('b', 33);
    assert.deepEqual(
      log.filter((line) => line.includes('starts')),
      ['a 0', 'b 0', 'a 32', 'c 0', 'b 0'].map((line) => `${line.replace(' ', ' starts, ')} cached`),
    );
  });

  it('keeps a request without a prefix out of the cache', () => {
    const { scheduler, agenda } = start({ prefixCaching: true });
    const log: string[] = [];
    for (let i = 0; i < 2; i++) scheduler.submit(job('a', 40, 1, log, { tokenAt: undefined }));
    agenda.runUntil(Infinity);
    assert.deepEqual(log.slice(0, 2), ['a starts, 0 cached', 'a starts, 0 cached']);
    assert.equal(valueOf(scheduler, 'prefix_cache_queries_total'), 0);
  });

  for (const whole of [false, true]) {
    it(`preempts the sequence that started last if no block is free (${whole ? 'complete' : 'streamed'})`, () => {
      const { scheduler, agenda } = start({ kvCacheBlocks: 4 });
      const log: string[] = [];
      scheduler.submit(job('a', 16, 40, log, { whole }));
      scheduler.submit(job('b', 16, 40, log, { whole }));
      agenda.runUntil(300);
      // At 276 ms, a needed its third block. b had 16 tokens by then.
      assert.deepEqual(
        valuesOf(scheduler, 'num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc'),
        [1, 1, 0.75],
      );
      assert.equal(valueOf(scheduler, 'num_preemptions_total'), 1);
      agenda.runUntil(Infinity);
      // a ends at 116 + 390 ms. b computes 32 tokens again: its 17th token comes 132 ms later.
      assert.ok(log.includes('a 40 at 506'));
      assert.ok(log.includes('b 40 at 868'));
      assert.equal(log.includes('b 17 at 638'), !whole);
      assert.deepEqual(
        valuesOf(scheduler, 'generation_tokens_total', 'e2e_request_latency_seconds_sum', 'kv_cache_usage_perc'),
        [80, 1.374, 0],
      );
      assert.equal(valueOf(scheduler, 'inter_token_latency_seconds_sum'), 1.142);
      assert.equal(valueOf(scheduler, 'num_preemptions_total'), 1);
    });
  }

  it('makes a long prompt wait until blocks are free, and others wait behind it', () => {
    const { scheduler, agenda } = start({ kvCacheBlocks: 4 });
    const log: string[] = [];
    scheduler.submit(job('a', 20, 1, log));
    scheduler.submit(job('b', 50, 1, log));
    scheduler.submit(job('c', 5, 1, log));
    agenda.runUntil(Infinity);
    assert.deepEqual(
      log,
      [
        'a starts, 0 cached',
        'b starts, 0 cached',
        'a 1 at 120',
        'b 1 at 270',
        'c starts, 0 cached',
        'c 1 at 375',
      ].toSorted((x, y) => log.indexOf(x) - log.indexOf(y)),
    );
    assert.equal(scheduler.missingBlocks(50, 15), 0);
    assert.equal(scheduler.missingBlocks(50, 16), 1);
  });
});
