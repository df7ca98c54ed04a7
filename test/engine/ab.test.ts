import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { RunPlan } from '../../src/core/plan/types.ts';
import type { ComparisonRecord } from '../../src/core/record/comparisons/comparison.ts';
import { LoadlensError } from '../../src/core/errors.ts';
import { compareLive, type AbHooks, type AbInput } from '../../src/engine/ab.ts';
import { freePort } from '../../src/side-servers/ready.ts';
import { requestsOf, runInput } from '../support/run-input.ts';

/** A server that counts its connections and requests. */
interface Counting {
  readonly url: string;
  readonly counts: { connections: number; requests: number };
}

const plan: Partial<RunPlan> = { requests: null, durationS: 0.1, warmup: 2, coldStart: false };
const rules = { threshold: 0.05, level: 0.05 };

/** Answers the first requests, which are of the warm-up and the first slice, and refuses those that follow. */
const refusing = () => {
  let answered = 0;
  return (_: IncomingMessage, response: ServerResponse) => {
    answered += 1;
    response.writeHead(answered <= 6 ? 200 : 429).end();
  };
};

/** Answers after so many milliseconds. */
const after = (ms: number) => (_: IncomingMessage, response: ServerResponse) =>
  void setTimeout(() => response.end('ok'), ms);

const compare = (
  a: string,
  b: string,
  changes: Partial<AbInput> & { readonly plan?: Partial<RunPlan> } = {},
  hooks: Partial<AbHooks> = {},
): Promise<ComparisonRecord> => {
  const side = (url: string): AbInput['a'] => ({
    input: runInput([url], { plan: { ...plan, ...changes.plan } }),
    variables: { base: url },
  });
  const input = { a: side(a), b: side(b), pairs: 8, rules, ...changes };
  return compareLive(input, { signal: new AbortController().signal, version: '0.0.0', ...hooks });
};

/** Compares two temperatures of a chat with generated prompts. */
const compareChats = async (urls: readonly [a: string, b: string]): Promise<void> => {
  const [a, b] = urls.map((url, side) => ({
    input: runInput(
      requestsOf(`# @input-tokens 20\nPOST ${url}v1/chat/completions\n\n{"model":"m","temperature":${side}}\n`),
      { plan },
    ),
    variables: { temperature: String(side) },
  }));
  assert.ok(a && b);
  await compareLive({ a, b, pairs: 8, rules }, { signal: new AbortController().signal, version: '0.0.0' });
};

describe('alternating comparison', function () {
  this.timeout(30_000);
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Counting> => {
    const counts = { connections: 0, requests: 0 };
    const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      counts.requests += 1;
      answer(request, response);
    }).on('connection', () => (counts.connections += 1));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`, counts };
  };
  for (const transport of ['raw', 'undici'] as const) {
    it(`keeps the connections of both sides open over all slices (${transport})`, async () => {
      const [a, b] = [await serve(after(2)), await serve(after(8))];
      const record = await compare(a.url, b.url, { chosen: ['p50'], plan: { transport } });
      assert.equal(a.counts.connections, 2);
      assert.equal(b.counts.connections, 2);
      assert.equal(record.status, 'completed');
      assert.deepEqual(record.a.variables, { base: a.url });
      assert.equal(record.pairs?.order.length, 8);
      assert.equal(record.a.slices.length, 8);
      // What is sent before the first pair and before each slice is in no number.
      const sent = record.a.slices.reduce((sum, { requestsSent }) => sum + requestsSent, 0);
      assert.ok(a.counts.requests >= sent + 9 * 2, `${a.counts.requests} of ${sent}`);
    });
  }

  it('orders each pair by the seed', async () => {
    const [a, b] = [await serve(after(1)), await serve(after(1))];
    const orders: string[] = [];
    for (const seed of [1, 1, 2]) {
      const record = await compare(a.url, b.url, { plan: { seed, durationS: 0.02 } });
      orders.push(record.pairs?.order.join('') ?? '');
    }
    assert.equal(orders[0], orders[1]);
    assert.notEqual(orders[0], orders[2]);
    assert.match(orders[0] ?? '', /^(?=.*a)(?=.*b)[ab]{8}$/);
  });

  it('sends at an arrival rate', async () => {
    const [a, b] = [await serve(after(1)), await serve(after(1))];
    const stages = [{ fromPerS: 200, toPerS: 200, durationS: null }];
    const record = await compare(a.url, b.url, {
      plan: { loadModel: 'open', stages, arrivals: 'constant', concurrency: 50 },
    });
    assert.deepEqual(
      record.b.slices.map(({ requestsSent }) => requestsSent),
      Array.from({ length: 8 }, () => 20),
    );
  });

  it('sends both slices of a pair at the same random times, and those of each pair at others', async () => {
    const [a, b] = [await serve(after(1)), await serve(after(1))];
    const stages = [{ fromPerS: 200, toPerS: 200, durationS: null }];
    const record = await compare(a.url, b.url, {
      plan: { loadModel: 'open', stages, arrivals: 'poisson', concurrency: 50 },
    });
    const [sentToA, sentToB] = [record.a, record.b].map(({ slices }) => slices.map(({ requestsSent }) => requestsSent));
    assert.deepEqual(sentToA, sentToB);
    assert.ok(new Set(sentToA).size > 2, String(sentToA));
  });

  it('stops at the first look at which the verdict is certain', async () => {
    const a = await serve(after(1));
    const b = await serve(refusing());
    const record = await compare(a.url, b.url, { pairs: 20, plan: { durationS: 0.05 } });
    assert.equal(record.verdict.name, 'worse');
    // Eight pairs are too few for the share of the level that is for failures at the first look.
    assert.deepEqual([record.pairs?.judged, record.pairs?.order.length], [12, 12]);
  });

  it('keeps the complete pairs when it is canceled', async () => {
    const [a, b] = [await serve(after(1)), await serve(after(1))];
    const canceled = new AbortController();
    const partials: ComparisonRecord[] = [];
    const record = await compare(
      a.url,
      b.url,
      {},
      {
        signal: canceled.signal,
        onPartial: (partial) => {
          partials.push(partial);
          if (partials.length === 3) canceled.abort();
          return Promise.resolve();
        },
      },
    );
    assert.equal(record.status, 'cancelled');
    assert.equal(record.a.slices.length, 3);
    assert.equal(record.b.slices.length, 3);
    assert.equal(record.pairs?.order.length, 3);
    assert.deepEqual(
      partials.map(({ status, a: { slices } }) => [status, slices.length]),
      [
        ['crashed', 1],
        ['crashed', 2],
        ['crashed', 3],
      ],
    );
  });

  it('calls a side worse that fails more, however fast it is', async () => {
    const a = await serve(after(5));
    const b = await serve(refusing());
    const record = await compare(a.url, b.url);
    assert.equal(record.verdict.sentence, `B (${b.url}) fails 100% of its requests, A (${a.url}) 0%: worse.`);
  });

  it('repeats a slice without a request, also the first one, which is not counted', async () => {
    const [a, b] = [await serve(after(1)), await serve(after(1))];
    const slices: string[] = [];
    const onSlice = (pair: number, side: string): void => void slices.push(`${pair}${side}`);
    // Over before the first request leaves, as if the machine had paused for as long as a slice.
    await assert.rejects(compare(a.url, b.url, { plan: { durationS: 1e-9 } }, { onSlice }), (error) => {
      assert.ok(error instanceof LoadlensError);
      assert.equal(error.message, 'A: No request got a complete response.');
      return true;
    });
    assert.deepEqual(slices, ['0a', '0a', '0a', '0a']);
  });

  it('says how many conversations the slices cut off', async () => {
    const answer = JSON.stringify({ choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] });
    const chat = (_: IncomingMessage, response: ServerResponse) =>
      void setTimeout(() => response.setHeader('content-type', 'application/json').end(answer), 4);
    const [a, b] = [await serve(chat), await serve(chat)];
    const warningsOf = async (turns: readonly string[]): Promise<readonly string[]> => {
      const side = (url: string): AbInput['a'] => ({
        input: runInput(
          requestsOf(`# @conversations c.jsonl\nPOST ${url}v1/chat/completions\n\n{"model":"m"}\n`, {
            'c.jsonl': JSON.stringify({ turns }),
          }),
          { plan: { ...plan, warmup: 0 } },
        ),
        variables: {},
      });
      const compared = await compareLive(
        { a: side(a.url), b: side(b.url), pairs: 8, rules },
        { signal: new AbortController().signal, version: '0.0.0' },
      );
      return compared.warnings.filter((warning) => warning.includes('conversation'));
    };
    const [warning = ''] = await warningsOf(Array.from({ length: 30 }, () => 'Go on'));
    assert.match(
      warning,
      /^The ends of slices cut off [\d,]+ of [\d,]+ conversations, so first turns outnumber later ones\./,
    );
    assert.deepEqual(await warningsOf(['Hello']), []);
  });

  it('sends no prompt twice to a server that both sides share, but the same ones to two servers', async () => {
    const answer = JSON.stringify({ choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] });
    const serveChat = async (): Promise<{ readonly url: string; readonly prompts: string[] }> => {
      const prompts: string[] = [];
      const { url } = await serve((request, response) => {
        void text(request).then((body) => {
          const { messages }: { messages: { content: string }[] } = JSON.parse(body);
          prompts.push(messages[0]?.content ?? '');
          setTimeout(() => response.setHeader('content-type', 'application/json').end(answer), 4);
        });
      });
      return { url, prompts };
    };
    const shared = await serveChat();
    await compareChats([shared.url, shared.url]);
    assert.ok(shared.prompts.length > 100);
    assert.equal(new Set(shared.prompts).size, shared.prompts.length);
    const [a, b] = [await serveChat(), await serveChat()];
    await compareChats([a.url, b.url]);
    assert.deepEqual(a.prompts.slice(0, 20).toSorted(), b.prompts.slice(0, 20).toSorted());
  });

  it("names the side that doesn't respond", async () => {
    const a = await serve(after(1));
    const nobody = `http://127.0.0.1:${await freePort()}/`;
    await assert.rejects(compare(a.url, nobody), (error) => {
      assert.ok(error instanceof LoadlensError);
      assert.match(error.message, /^B: No request got a complete response: .* \(\d+\)\.$/);
      assert.equal(error.exitCode, 1);
      return true;
    });
  });

  it('names the side on which no request succeeds, and the cause', async () => {
    const a = await serve(after(1));
    const b = await serve((_, response) => void response.writeHead(404).end('No such product'));
    for (const [sides, first] of [
      [[a, b], 'B'],
      [[b, b], 'A'],
    ] as const) {
      await assert.rejects(compare(sides[0].url, sides[1].url), (error) => {
        assert.ok(error instanceof LoadlensError);
        const [said = '', count = ''] = /^([AB]): No request succeeded: (?:about )?[\d,]+ × /.exec(error.message) ?? [];
        assert.equal(count, first, error.message);
        assert.equal(error.message.slice(said.length), `404: No such product. Target: target 0 (GET ${b.url}).`);
        assert.match(error.hint ?? '', /^Check the path and the method/);
        assert.equal(error.exitCode, 1);
        return true;
      });
    }
  });
});
