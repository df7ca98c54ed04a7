import assert from 'node:assert/strict';
import type { Sample } from '../../../src/core/metrics/types.ts';
import type { LoadModel } from '../../../src/core/plan/load/load-model.ts';
import { createFailureSamples } from '../../../src/engine/answers/failure-samples.ts';
import { startLoad } from '../../../src/engine/load/load.ts';
import type { LoadOptions } from '../../../src/engine/load/types.ts';
import { startPacer } from '../../../src/engine/load/pacer.ts';
import type { ExchangeEvents, Lane, WireRequest } from '../../../src/engine/transport/transport.ts';
import { toWire } from '../../../src/engine/transport/wire.ts';

const requests = toWire([{ method: 'GET', url: 'http://127.0.0.1/', headers: [] }], [{ name: 'a' }], 'test');

/** A lane whose server is the function: it decides what becomes of each request. */
const laneTo = (serve: (events: ExchangeEvents) => void): Lane => ({
  connect: () => Promise.resolve(),
  send: (_request, events) => serve(events),
  cut() {},
  close() {},
});

const answerSoon = (events: ExchangeEvents): void =>
  void setImmediate(() => {
    events.sent(performance.now(), false);
    events.headers(performance.now(), 200, { get: () => undefined });
    events.end(performance.now());
  });

const answerLate = (events: ExchangeEvents): void => void setTimeout(answerSoon, 30, events);

const times = (count: number, next: LoadModel['next']): LoadModel => ({
  next: (index, elapsedMs) => (index < count ? next(index, elapsedMs) : 'done'),
});

const optionsFor = (lanes: readonly Lane[], model: LoadModel): LoadOptions => ({
  model,
  lanes,
  requests,
  pick: () => 0,
  timeoutMs: 1_000,
  drainMs: 1_000,
  maxRedirects: 0,
  failures: createFailureSamples(['a'], []),
  note() {},
  onSample() {},
});

const load = (lanes: readonly Lane[], model: LoadModel, more: Partial<LoadOptions> = {}) => {
  const samples: Sample[] = [];
  const onSample = (sample: Sample): void => void samples.push({ ...sample });
  const { finished } = startLoad({ ...optionsFor(lanes, model), onSample, ...more });
  return { finished, samples };
};

describe('startLoad', () => {
  it('sends at the time a model schedules, never before', async () => {
    const model = times(5, (index) => index * 8);
    const pacer = await startPacer();
    const open = { arrivals: model, onBacklog: () => undefined };
    const { finished, samples } = load([laneTo(answerSoon), laneTo(answerSoon)], model, { pacer, open });
    await finished;
    pacer.close();
    const scheduled = samples.map(({ scheduledMs }) => scheduledMs).toSorted((a, b) => a - b);
    assert.deepEqual(scheduled, [0, 8, 16, 24, 32]);
    for (const { scheduledMs, sentMs } of samples) assert.ok(sentMs >= scheduledMs);
  });

  it('queues requests while every slot is busy, times them from their scheduled time, and reports the backlog', async () => {
    const model = times(6, (index) => index);
    const pacer = await startPacer();
    let most = 0;
    const open = { arrivals: model, onBacklog: (_atMs: number, n: number) => void (most = Math.max(most, n)) };
    const { finished, samples } = load([laneTo(answerLate)], model, { pacer, open });
    const { unsent } = await finished;
    pacer.close();
    assert.deepEqual(
      samples.map(({ scheduledMs }) => scheduledMs),
      [0, 1, 2, 3, 4, 5],
    );
    assert.ok(samples.every(({ sentMs, scheduledMs }, i) => sentMs - scheduledMs >= 25 * (i + 1)));
    assert.equal(most, 5);
    assert.equal(unsent, 0);
  });

  it('counts requests as unsent if the drain limit ends the run first', async () => {
    const model = times(20, (index) => index);
    const pacer = await startPacer();
    const open = { arrivals: model, onBacklog: () => undefined };
    const hang = laneTo((events) => void setImmediate(() => events.sent(performance.now(), false)));
    // The other one's connection never opens: its request does not leave.
    const { finished, samples } = load([hang, laneTo(() => {})], model, { pacer, open, drainMs: 60 });
    const { unsent, takenUnsent, requestsDrained } = await finished;
    pacer.close();
    assert.deepEqual([unsent, takenUnsent, requestsDrained], [18, 1, 1]);
    assert.deepEqual(
      samples.map(({ error }) => error),
      ['timeout'],
    );
  });

  describe('with requests that differ', () => {
    const [plain] = requests;
    if (!plain) throw new Error('no request');
    /** Runs a load that sends request 0 at once and three more at one time. Returns what was done in order. */
    const steps = async (dependsOnTime: boolean, cancels = false): Promise<string[]> => {
      const done: string[] = [];
      const numbers = new WeakMap<WireRequest, number>();
      const variantAt = (number: number): WireRequest => {
        const request = { ...plain };
        numbers.set(request, number);
        if (number < 4) done.push(`make ${number}`);
        return request;
      };
      const say = (what: string, request: WireRequest): void => {
        const number = numbers.get(request) ?? -1;
        if (number < 4) done.push(`${what} ${number}`);
      };
      const lane = (): Lane => ({
        ...laneTo(answerSoon),
        send(request, events) {
          say('send', request);
          answerSoon(events);
        },
      });
      const model = times(4, (index) => (index === 0 ? 0 : 300));
      const pacer = await startPacer();
      const running = startLoad({
        ...optionsFor([lane(), lane(), lane(), lane()], model),
        requests: [{ ...plain, dependsOnTime, variantAt }],
        pacer,
        open: { arrivals: model, onBacklog: () => undefined },
        transport: { prepare: (request) => say('prepare', request), discard: (request) => say('discard', request) },
      });
      if (cancels) setTimeout(() => running.cancel(), 150);
      await running.finished;
      pacer.close();
      return done;
    };

    it('makes those of one time before any of them is due', async () => {
      const ahead = [1, 2, 3].flatMap((number) => [`make ${number}`, `prepare ${number}`]);
      assert.deepEqual(await steps(false), ['make 0', 'send 0', ...ahead, 'send 1', 'send 2', 'send 3']);
    });

    it('makes those that depend on the time when they are sent', async () => {
      const sent = [0, 1, 2, 3].flatMap((number) => [`make ${number}`, `send ${number}`]);
      assert.deepEqual(await steps(true), sent);
    });

    it('discards those that are made and not sent', async () => {
      const done = await steps(false, true);
      assert.deepEqual(done.slice(-3), ['discard 1', 'discard 2', 'discard 3']);
    });
  });

  it('schedules a request of the closed model when its slot is free', async () => {
    const { finished, samples } = load(
      [laneTo(answerSoon)],
      times(4, () => 'now'),
    );
    await finished;
    assert.deepEqual(
      samples.slice(1).map(({ scheduledMs }) => scheduledMs),
      samples.slice(0, -1).map(({ endMs }) => endMs),
    );
  });

  it('has an integral of requests in flight that equals the sum of their times', async () => {
    const lanes = Array.from({ length: 3 }, () => laneTo(answerSoon));
    const { finished, samples } = load(
      lanes,
      times(50, () => 'now'),
    );
    const { inFlightIntegralMs } = await finished;
    const sum = samples.reduce((total, { sentMs, endMs }) => total + endMs - sentMs, 0);
    assert.ok(Math.abs(inFlightIntegralMs - sum) < 1e-6);
  });

  it('ends immediately if there is nothing to send', async () => {
    const { finished, samples } = load(
      [laneTo(answerSoon)],
      times(0, () => 'now'),
    );
    await finished;
    assert.equal(samples.length, 0);
  });

  it("doesn't count a request without a connection as a timeout, and times it from its dispatch", async () => {
    const { finished, samples } = load(
      [laneTo(() => {})],
      times(2, () => 'now'),
      { timeoutMs: 30 },
    );
    const { inFlightIntegralMs } = await finished;
    assert.deepEqual(
      samples.map(({ error, status }) => [error, status]),
      [
        ['unreachable', 0],
        ['unreachable', 0],
      ],
    );
    for (const { scheduledMs, sentMs, endMs } of samples) {
      assert.ok(sentMs >= scheduledMs && sentMs - scheduledMs < 20);
      assert.ok(endMs - sentMs >= 30);
    }
    assert.ok(inFlightIntegralMs >= 60);
  });
});
