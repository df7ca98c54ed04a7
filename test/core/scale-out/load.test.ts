import assert from 'node:assert/strict';
import { LoadlensError } from '../../../src/core/errors.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { makeLoad, readLoad } from '../../../src/core/scale-out/load.ts';
import { targetOf } from '../record/fixtures.ts';
import { loadOf } from './shared.ts';

const refuses = (make: () => unknown, message: RegExp): void =>
  assert.throws(make, (error) => error instanceof LoadlensError && message.test(error.message));
const planOf = (choices: Parameters<typeof makePlan>[0]) => makePlan(choices, { defaults: {}, objectives: [] });
const withHeader = (name: string, value: string) => ({ ...targetOf('one'), headers: [[name, value]] as const });

describe('an exported load', () => {
  it('is read back unchanged', () => {
    const load = loadOf({
      targets: [
        {
          ...targetOf('one', 'http://{{$env HOST}}/a'),
          headers: [['Authorization', 'Bearer {{$secret key}}']],
          body: { kind: 'file', path: 'body.json' },
          llm: { prompts: 'prompts.txt', promptsOrder: 'random' },
        },
      ],
      plan: planOf({ ratePerS: 100, durationS: 5, arrivals: 'poisson' }),
    });
    assert.deepEqual(readLoad(JSON.parse(JSON.stringify(load))), load);
  });

  it('contains the files of its targets', () => {
    const target = { ...targetOf('one'), body: { kind: 'file' as const, path: 'b.json' }, llm: { prompts: 'p.txt' } };
    const { schema: _, files: __, ...parts } = loadOf();
    const load = makeLoad({ ...parts, targets: [target] }, (path) => `content of ${path}`);
    assert.deepEqual(load.files, { 'b.json': 'content of b.json', 'p.txt': 'content of p.txt' });
  });

  it('is rejected if there is less than one request for each worker', () => {
    refuses(() => loadOf({ shares: 9 }), /9 workers can't share 8 requests in flight/);
    refuses(() => loadOf({ plan: planOf({ requests: 3, concurrency: 4 }) }), /4 workers can't share 3 requests/);
    refuses(
      () => loadOf({ plan: planOf({ ratePerS: 9, maxInFlight: 3 }) }),
      /4 workers can't share 3 requests in flight/,
    );
  });

  it('is rejected if a credential would be written to a file', () => {
    for (const [name, value] of [
      ['Authorization', 'Bearer abc'],
      ['X-API-Key', 'abc'],
    ] as const)
      refuses(() => loadOf({ targets: [withHeader(name, value)] }), new RegExp(`${name} of “one”`));
    loadOf({ targets: [withHeader('Authorization', 'Bearer {{$env TOKEN}}')] });
  });

  it('is rejected if tokens have to be counted before it', () => {
    for (const llm of [{ promptsTokens: '4..8' }, { outputTokens: 'answers' }])
      refuses(() => loadOf({ targets: [{ ...targetOf('one'), llm }] }), /“one” needs a tokenizer/);
  });

  it("is rejected if workers can't share it, or need a tokenizer for its prompts", () => {
    const targets = [{ ...targetOf('one'), llm: { trace: 'trace.jsonl' } }];
    const traced = (choices: Parameters<typeof makePlan>[0]) =>
      loadOf({ targets, plan: makePlan(choices, { defaults: {}, objectives: [], targets }) });
    refuses(() => traced({}), /“one” replays a trace/);
    traced({ ratePerS: 50 });
    traced({ ratePerS: 50, tokenizer: 'gpt2' });
    refuses(() => traced({ ratePerS: 50, tokenizer: 'org/model' }), /“one” has prompts for the tokenizer org\/model/);
    refuses(
      () => loadOf({ targets: [{ ...targetOf('one'), llm: { conversations: 'c' } }] }),
      /“one” has conversations/,
    );
  });

  it("is rejected if it's damaged", () => {
    const json = JSON.parse(JSON.stringify(loadOf()));
    refuses(() => readLoad({ ...json, shares: 0 }), /damaged at shares/);
    refuses(() => readLoad({ ...json, schema: 'loadlens.run/1' }), /damaged at schema/);
    refuses(() => readLoad([]), /damaged/);
  });
});
