import assert from 'node:assert/strict';
import { prepareTargets } from '../../../src/core/endpoints/prepare.ts';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { LoadlensError } from '../../../src/core/errors.ts';
import { fileProblems } from '../../../src/core/plan/file-problems.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { runBenchmark } from '../../../src/engine/run.ts';

const chat =
  'POST http://127.0.0.1:9/v1/chat/completions\n\n{"model":"m","messages":[{"role":"user","content":"Hi"}]}\n';
const text = 'POST http://127.0.0.1:9/v1/completions\n\n{"model":"m","prompt":"Hi"}\n';
const embeddings = 'POST http://127.0.0.1:9/v1/embeddings\n\n{"model":"m","input":"Hi"}\n';
const plain = 'GET http://127.0.0.1:9/\n';

/** Files that a target names. All are fine, so that only the endpoints file can be wrong. */
const files: Readonly<Record<string, string>> = {
  'p.txt': 'One\nTwo\n',
  'c.jsonl': '{"turns":["Hello"]}\n',
  't.jsonl': '{"at":0,"input":5,"output":5}\n',
  'i.png': '\u0089PNG\r\n\u001a\n',
  'b.json': '{"model":"m","prompt":"Hi"}',
};
const bytesOf = (path: string): Uint8Array | undefined =>
  files[path] === undefined ? undefined : Buffer.from(files[path], 'latin1');

const env = (): string => '1';

/** Returns the error of a run of a file, as the command line has it: message without its place, and hint. */
async function errorOfRun(file: string): Promise<{ message: string; hint: string } | undefined> {
  const parsed = parseEndpoints(file);
  try {
    const plan = makePlan({ coldStart: true, timeoutMs: 100 }, parsed);
    const prepared = prepareTargets(parsed.targets, { env, secret: env, bodyFile: bytesOf, shownAs: 'e.txt' });
    const input = { name: 'e.txt', plan, targets: parsed.targets, ...prepared, file: null };
    // Nothing is sent: whatever is wrong with a file is found before.
    const signal = AbortSignal.abort();
    await runBenchmark(input, { signal, version: '0.0.0' });
    return undefined;
  } catch (error) {
    if (!(error instanceof LoadlensError)) throw error;
    return { message: error.message.replace(/^e\.txt:\d+: /, ''), hint: error.hint };
  }
}

/** Files that no run accepts: name, file, and the line at which an editor shows the error. */
const wrong: readonly (readonly [name: string, file: string, line: string])[] = [
  ['trace and prompts', `# @trace t.jsonl\n# @prompts p.txt\n${chat}`, '# @trace t.jsonl'],
  ['trace and lengths', `# @trace t.jsonl\n# @input-tokens 5\n${chat}`, '# @trace t.jsonl'],
  ['trace and output lengths', `# @output-tokens 5\n# @trace t.jsonl\n${chat}`, '# @trace t.jsonl'],
  ['trace and conversations', `# @trace t.jsonl\n# @conversations c.jsonl\n${chat}`, '# @trace t.jsonl'],
  ['a trace and two targets', `# @trace t.jsonl\n${chat}\n${plain}`, '# @trace t.jsonl'],
  ['conversations and prompts', `# @conversations c.jsonl\n# @prompts p.txt\n${chat}`, '# @conversations c.jsonl'],
  ['conversations and an image', `# @image i.png\n# @conversations c.jsonl\n${chat}`, '# @conversations c.jsonl'],
  ['conversations of a text', `# @conversations c.jsonl\n${text}`, 'POST http://127.0.0.1:9/v1/completions'],
  ['conversations of embeddings', `# @conversations c.jsonl\n${embeddings}`, 'POST http://127.0.0.1:9/v1/embeddings'],
  ['conversations of another API', `# @conversations c.jsonl\n${plain}`, 'GET http://127.0.0.1:9/'],
  ['turns and conversations', `# @conversations c.jsonl\n# @turns 3\n${chat}`, '# @conversations c.jsonl'],
  ['turns and prompts', `# @turns 3\n# @prompts p.txt\n# @input-tokens 5\n${chat}`, '# @turns 3'],
  ['turns without a length', `# @turns 3\n${chat}`, '# @turns 3'],
  ['turns of a text', `# @turns 3\n# @input-tokens 5\n${text}`, 'POST http://127.0.0.1:9/v1/completions'],
  ['trace and turns', `# @trace t.jsonl\n# @turns 3\n${chat}`, '# @trace t.jsonl'],
  ['think time alone', `# @think 2s\n${chat}`, '# @think 2s'],
  ['a number of no conversations', `# @conversation-count 5\n\n${chat}`, '# @conversation-count 5'],
  ['prompts and lengths', `# @input-tokens 5\n# @prompts p.txt\n${chat}`, '# @input-tokens 5'],
  ['lengths of no prompts', `# @prompts-tokens 5..9\n${chat}`, '# @prompts-tokens 5..9'],
  ['answers of no prompts', `# @output-tokens answers\n${chat}`, '# @output-tokens answers'],
  ['two limits', `# @output-tokens 5\n# @max-tokens 5\n${chat}`, '# @output-tokens 5'],
  ['a prefix alone', `# @shared-prefix 5\n${chat}`, '# @shared-prefix 5'],
  ['prompts to count without a tokenizer', `# @prompts p.txt\n# @prompts-tokens 1..\n${chat}`, '# @prompts-tokens 1..'],
  ['streamed embeddings', `# @stream true\n${embeddings}`, '# @stream true'],
  ['output of embeddings', `# @output-tokens 5\n${embeddings}`, '# @output-tokens 5'],
  ['a limit of embeddings', `# @max-tokens 5\n${embeddings}`, '# @max-tokens 5'],
  ['an unknown API', `# @stream true\n${plain}`, 'GET http://127.0.0.1:9/'],
  [
    'an unsupported API',
    `# @stream true\nPOST http://127.0.0.1:9/v2/chat\n\n{"message":"Hi"}\n`,
    'POST http://127.0.0.1:9/v2/chat',
  ],
  [
    'a body without a prompt',
    '# @stream true\nPOST http://127.0.0.1:9/v1/completions\n\n{"model":"m"}\n',
    'POST http://127.0.0.1:9/v1/completions',
  ],
  [
    'a body without JSON',
    '# @stream true\nPOST http://127.0.0.1:9/v1/completions\n\nHi\n',
    'POST http://127.0.0.1:9/v1/completions',
  ],
  [
    'a path that selects streaming',
    '# @stream true\nPOST http://127.0.0.1:9/generate\n\n{"inputs":"Hi"}\n',
    'POST http://127.0.0.1:9/generate',
  ],
  ['an image for a text', `# @image i.png\n${text}`, '# @image i.png'],
  ['gamma arrivals without a burstiness', `# @rate 5\n# @arrivals gamma\n\n${plain}`, '# @arrivals gamma'],
  [
    'a burstiness of constant arrivals',
    `# @rate 5\n# @arrivals constant\n# @burstiness 0.5\n\n${plain}`,
    '# @burstiness 0.5',
  ],
  ['metrics of another host', `# @metrics http://gpu:8000/metrics\n\n${plain}`, '# @metrics http://gpu:8000/metrics'],
  ['two hosts', `${plain.trim()}\nHost: a\nHost: b\n`, 'GET http://127.0.0.1:9/'],
  ['dynamic credentials', `${plain.trim()}\nAuthorization: Basic a:{{$guid}}\n`, 'GET http://127.0.0.1:9/'],
  ['the second target alone', `${plain}\n# @think 2s\n${chat}`, '# @think 2s'],
];

/** Files that a run accepts, or that it accepts with some values of the environment. */
const right: readonly string[] = [
  chat,
  `# @trace t.jsonl\n${chat}`,
  `# @trace t.jsonl\n${plain}`,
  `# @trace t.jsonl\n# @stream true\nPOST http://127.0.0.1:9/v1/completions\n\n{"model":"m"}\n`,
  `# @conversations c.jsonl\n# @think 2s\n${chat}`,
  `# @conversation-count 5\n\n# @conversations c.jsonl\n${chat}`,
  `# @input-tokens 5\n# @output-tokens 5\n# @shared-prefix 5\n${text}`,
  `# @conversation-count 2\n\n# @turns 3\n# @input-tokens 5\n# @output-tokens 5\n# @think 2s\n${chat}`,
  `# @tokenizer gpt2\n\n# @prompts p.txt\n# @prompts-tokens 1..\n${chat}`,
  '# @stream true\nPOST http://127.0.0.1:9/v1/completions\n@b.json\n',
  '# @stream true\n# @conversations c.jsonl\nPOST {{$env BASE}}/v1/chat/completions\n\n{"model":"{{$env M}}","n":{{$env N}}}\n',
  '# @conversations c.jsonl\nPOST {{$env URL}}\n\n{"model":"m"}\n',
  `# @metrics http://gpu:8000/metrics\n\nGET http://{{$env HOST}}/\n`,
  `# @image i.png\n${chat}`,
];

const problemsOf = (file: string) => fileProblems(file, parseEndpoints(file));

describe('the problems of a file with which a run would end', () => {
  for (const [name, file, line] of wrong) {
    it(`are those of the run: ${name}`, async () => {
      const parsed = parseEndpoints(file);
      assert.deepEqual(
        parsed.problems.filter(({ severity }) => severity === 'error'),
        [],
      );
      const [problem, ...others] = problemsOf(file);
      assert.ok(problem);
      assert.deepEqual(others, []);
      assert.deepEqual(await errorOfRun(file), { message: problem.message, hint: problem.hint });
      assert.equal(file.split('\n')[problem.range.start.line], line);
      assert.deepEqual([problem.severity, problem.code], ['error', 'not-runnable']);
    });
  }

  for (const file of right) {
    it(`are none in ${JSON.stringify(file).slice(0, 70)}`, async () => {
      assert.deepEqual(problemsOf(file), []);
      // Some depend on the environment.
      if (!file.includes('{{$env')) assert.equal(await errorOfRun(file), undefined);
    });
  }

  it('are left out while the file has errors of its own', () => {
    assert.deepEqual(problemsOf(`# @think 2s\n# @stream maybe\n${chat}`), []);
  });
});

const warnings = (file: string): readonly string[] =>
  parseEndpoints(file).problems.map(({ message, range }) => `${range.start.line + 1}: ${message}`);

describe('options of a file without an effect', () => {
  it('have a warning', () => {
    assert.deepEqual(warnings(`# @rate 5\n# @burstiness 2\n\n# @trace t.jsonl\n${chat}`), [
      '1: @rate has no effect: the trace sets the times of requests.',
      '2: @burstiness has no effect: the trace sets the times of requests.',
    ]);
    assert.deepEqual(warnings(`# @trace-speed 2\n# @tokenizer gpt2\n\n${plain}`), [
      '1: @trace-speed has no effect: no target has a trace.',
      '2: @tokenizer has no effect: no target is a language model.',
    ]);
  });

  it('have none if they may have an effect', () => {
    for (const target of [
      chat,
      embeddings,
      'POST http://127.0.0.1:9/v1/completions\n@b.json\n',
      'POST {{$env URL}}\n\n{}\n',
    ])
      assert.deepEqual(warnings(`# @tokenizer gpt2\n\n${target}`), []);
  });
});
