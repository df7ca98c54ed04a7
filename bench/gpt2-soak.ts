// Soak test of the GPT-2 server: `node bench/gpt2-soak.ts --minutes 10`. Clients connect, stall, cancel, and send invalid data.
// Each response must equal that of the request alone, and resident memory must not grow. Needs `npm run build`.
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { residentMb, startOurServer } from './gpt2/our-server.ts';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    model: { type: 'string', default: 'synthetic-tiny' },
    clients: { type: 'string', default: '12' },
    'cache-dir': { type: 'string', default: join(tmpdir(), 'loadlens-gpt2-soak') },
  },
});
const durationMs = Number(given.minutes) * 60_000;
/** Tolerated slope over the last three quarters: its interval must not be above this. */
const mostGrowthMbPerMin = 1;

const { server, url } = await startOurServer({
  model: given.model,
  dtype: 'q8',
  threads: 2,
  maxBatch: 8,
  maxQueue: 8,
  cacheDir: given['cache-dir'],
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const any = (below: number) => Math.floor(Math.random() * below);

/** Requests with known responses: short and long, greedy and seeded, ended by length or by a stop string. */
const known = Array.from({ length: 24 }, (_, i) => ({
  prompt: Array.from(
    { length: i % 6 === 5 ? 200 + 25 * i : 1 + 3 * i },
    (_unused, k) => (k * 7919 + i * 104_729) % 50_000,
  ),
  max_tokens: 5 + (i % 8) * 6,
  temperature: i % 3 === 2 ? 0.9 : 0,
  seed: i,
  ignore_eos: true,
  ...(i % 5 === 4 ? { stop: ['e'] } : {}),
}));

interface Outcome {
  readonly status: number;
  readonly text: string;
}

/** Sends a body and reads the complete response. `during` may stall or destroy it meanwhile. */
function send(path: string, body: string, during: (response: IncomingMessage) => void = () => {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
      // After 'end' this changes nothing; without one the answer broke off.
      response.on('close', () => reject(new Error('The answer broke off.')));
      during(response);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Returns the text of a response, streamed or not. */
function textOf({ text }: Outcome): string {
  const bodies = text.startsWith('data: ')
    ? [...text.matchAll(/^data: (\{.*)$/gm)].map((match) => match[1] ?? '')
    : [text];
  return bodies
    .map((body) => {
      const { choices }: { choices: { text: string }[] } = JSON.parse(body);
      return choices[0]?.text ?? '';
    })
    .join('');
}

const expected: string[] = [];
for (const body of known) expected.push(textOf(await send('/v1/completions', JSON.stringify(body))));

const counts: Record<string, number> = {};
const wrong: string[] = [];
const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);

async function compare(during?: (response: IncomingMessage) => void): Promise<void> {
  const i = any(known.length);
  const body = { ...known[i], stream: during !== undefined || any(2) === 0 };
  const outcome = await send('/v1/completions', JSON.stringify(body), during);
  if (outcome.status === 429) count('429');
  else if (outcome.status === 200 && textOf(outcome) === expected[i]) count('right');
  else wrong.push(`request ${i}: ${outcome.status} ${outcome.text.slice(0, 200)}`);
}

const rubbish = [
  '{',
  '[]',
  '{"prompt":5}',
  '{"prompt":"x","max_tokens":-1}',
  '{"prompt":"x","zzz":1}',
  '\u0000\uffff',
  '{"prompt":[99999]}',
];
const deeds: readonly (() => Promise<void>)[] = [
  () => compare(),
  () => compare(),
  // Stalls by not reading for some time.
  () => compare((response) => void (response.pause(), setTimeout(() => response.resume(), 200 + any(1500)))),
  // Disconnects at a random time during the response.
  async () => {
    const body = JSON.stringify({ ...known[any(known.length)], max_tokens: 200, stream: any(2) === 0 });
    const end = (response: IncomingMessage) => void setTimeout(() => response.destroy(), any(60));
    await send('/v1/completions', body, end).catch(() => undefined);
    count('gone');
  },
  // Disconnects before the response, or within its own body.
  async () => {
    const sent = request(`${url}/v1/completions`, { method: 'POST', headers: { 'content-length': 400 } });
    sent.on('error', () => {});
    sent.write('{"prompt":');
    await pause(any(30));
    sent.destroy();
    count('broken off');
  },
  async () => {
    const { status } = await send(any(5) === 0 ? '/nowhere' : '/v1/completions', rubbish[any(rubbish.length)] ?? '');
    if (status === 400 || status === 404) count('refused');
    else wrong.push(`rubbish: ${status}`);
  },
];

const until = performance.now() + durationMs;
const memory: { minute: number; mb: number }[] = [];
const sampler = setInterval(() => {
  memory.push({ minute: (performance.now() - until + durationMs) / 60_000, mb: residentMb(server) });
}, 500);
const client = async () => {
  while (performance.now() < until)
    await deeds[any(deeds.length)]?.().catch((error: unknown) => wrong.push(String(error)));
};
await Promise.all(Array.from({ length: Number(given.clients) }, client));
clearInterval(sampler);
await pause(500);

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Least-squares slope and its 95 % interval, from means of twelve stretches: neighbouring readings are not independent. */
function slope(points: readonly { minute: number; mb: number }[]) {
  const stretch = Math.floor(points.length / 12);
  const means = Array.from({ length: 12 }, (_, i) => points.slice(i * stretch, (i + 1) * stretch)).map((part) => ({
    x: mean(part.map(({ minute }) => minute)),
    y: mean(part.map(({ mb }) => mb)),
  }));
  const x0 = mean(means.map(({ x }) => x));
  const y0 = mean(means.map(({ y }) => y));
  const xx = means.reduce((sum, { x }) => sum + (x - x0) ** 2, 0);
  const perMin = means.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / xx;
  const residuals = means.reduce((sum, { x, y }) => sum + (y - y0 - perMin * (x - x0)) ** 2, 0);
  // 2.228: Student's t for ten degrees of freedom.
  return { perMin, margin: 2.228 * Math.sqrt(residuals / 10 / xx) };
}

const metrics = await (await fetch(`${url}/metrics`)).text();
const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1] ?? NaN);
const { perMin, margin } = slope(memory.slice(Math.floor(memory.length / 4)));
console.log(
  Object.entries(counts)
    .map(([what, n]) => `${what} ${n}`)
    .join(', '),
);
console.log(
  `running ${value('gpt2_requests_running')}, waiting ${value('gpt2_requests_waiting')}, KV tokens ${value('gpt2_kv_tokens_used')}`,
);
console.log(
  `RSS ${memory[0]?.mb.toFixed(0)} to ${memory.at(-1)?.mb.toFixed(0)} MB; slope ${perMin.toFixed(2)} ± ${margin.toFixed(2)} MB/min`,
);
for (const one of wrong.slice(0, 10)) console.log(`wrong: ${one}`);
const tenths = Array.from({ length: 10 }, (_, i) => memory[Math.floor((i * memory.length) / 10)]?.mb.toFixed(0));
console.log(`RSS at each tenth, MB: ${tenths.join(' ')}`);
const stuck = value('gpt2_requests_running') + value('gpt2_requests_waiting') + value('gpt2_kv_tokens_used') > 0;
const grows = perMin - margin > mostGrowthMbPerMin;
console.log(
  wrong.length === 0 && !stuck && !grows ? 'whole' : `not whole: ${wrong.length} wrong, stuck ${stuck}, grows ${grows}`,
);
process.exitCode = wrong.length === 0 && !stuck && !grows ? 0 : 1;
server.send({ type: 'stop' });
