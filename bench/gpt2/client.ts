// The client of the GPT-2 benchmark, a process of its own: keeps `concurrency` streamed requests under way and says what it saw.
import { Agent, request } from 'node:http';

/** What the client is asked to do. */
export interface Order {
  readonly url: string;
  readonly concurrency: number;
  readonly requests: number;
  readonly prompts: readonly string[];
  readonly newTokens: number;
}

/** What it saw. */
export interface Seen {
  readonly seconds: number;
  readonly tokens: number;
  readonly failed: number;
  readonly ttftMs: readonly number[];
  readonly latencyMs: readonly number[];
}

const agent = new Agent({ keepAlive: true });

/** One streamed completion: time to its first event and to its end, and the tokens of its usage. */
function complete(url: string, body: object): Promise<{ ttftMs: number; latencyMs: number; tokens: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let ttftMs: number | undefined;
    let text = '';
    const sent = request(`${url}/v1/completions`, { method: 'POST', agent }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        ttftMs ??= performance.now() - started;
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const tokens = Number(/"completion_tokens":(\d+)/.exec(text)?.[1] ?? 0);
        if (response.statusCode !== 200 || tokens === 0) reject(new Error(`${response.statusCode}: ${text}`));
        else resolve({ ttftMs: ttftMs ?? 0, latencyMs: performance.now() - started, tokens });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

async function run(order: Order): Promise<Seen> {
  const ttftMs: number[] = [];
  const latencyMs: number[] = [];
  let tokens = 0;
  let failed = 0;
  let next = 0;
  const started = performance.now();
  const slot = async () => {
    while (next < order.requests) {
      const prompt = order.prompts[next++ % order.prompts.length];
      const body = { prompt, max_tokens: order.newTokens, temperature: 0, ignore_eos: true, stream: true };
      try {
        const seen = await complete(order.url, { ...body, stream_options: { include_usage: true } });
        ttftMs.push(seen.ttftMs);
        latencyMs.push(seen.latencyMs);
        tokens += seen.tokens;
      } catch (error) {
        console.error(error);
        failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: order.concurrency }, slot));
  return { seconds: (performance.now() - started) / 1000, tokens, failed, ttftMs, latencyMs };
}

process.on('message', (order: Order) => void run(order).then((seen) => process.send?.(seen)));
