import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Gpt2Options } from '../../src/processes/gpt2-messages.ts';
import type { Order, Seen } from './client.ts';
import { residentMb, startOurServer } from './our-server.ts';

/** What one level of one contender took. */
export interface Level {
  readonly tokensPerS: number;
  readonly failed: number;
  readonly ttftMs: readonly number[];
}

/** Something that generates tokens. */
export interface Contender {
  readonly name: string;
  /** Resident memory now, MB; undefined where it means nothing. */
  rssMb(): number | undefined;
  level(concurrency: number, requests: number): Promise<Level>;
  /** Time in steps and the part of it inside the runtime, seconds, so far. */
  times?(): Promise<{ step: number; runtime: number }>;
  stop(): void;
}

/** The workload of the reference: its prompts, and as many new tokens. */
export const workload = {
  prompts: ['Hello, how are you?', 'What is the capital of France?', 'Explain quantum computing briefly.'],
  promptTokens: [6, 10, 5],
  newTokens: 30,
};

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const answerOf = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    child.once('message', (message: T) => resolve(message));
    child.once('exit', (code) => reject(new Error(`A process of the benchmark ended with code ${code}.`)));
  });

/** Our server in its process, asked over HTTP by a client in another. */
export async function ourServer(options: Omit<Gpt2Options, 'port'>): Promise<Contender> {
  const { server, url } = await startOurServer(options);
  const client = fork(fileOf('client.ts'), { serialization: 'advanced' });
  return {
    name: `ours ${options.dtype}`,
    rssMb: () => residentMb(server),
    level: async (concurrency, requests) => {
      const order: Order = { url, concurrency, requests, prompts: workload.prompts, newTokens: workload.newTokens };
      const answer = answerOf<Seen>(client);
      client.send(order);
      const { tokens, seconds, failed, ttftMs } = await answer;
      return { tokensPerS: tokens / seconds, failed, ttftMs };
    },
    times: async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? 0);
      return { step: value('gpt2_step_seconds_total'), runtime: value('gpt2_runtime_seconds_total') };
    },
    stop: () => {
      client.disconnect();
      server.send({ type: 'stop' });
    },
  };
}

/** transformers.js `generate`, called concurrently in one process. */
export async function transformersGenerate(folder: string, threads: number): Promise<Contender> {
  const child = fork(fileOf('generate.ts'), [folder, String(threads)], { serialization: 'advanced' });
  await answerOf<string>(child);
  return {
    name: 'transformers.js generate fp32',
    rssMb: () => residentMb(child),
    level: async (concurrency, requests) => {
      const answer = answerOf<{ seconds: number; tokens: number }>(child);
      child.send({ ...workload, concurrency, requests });
      const { seconds, tokens } = await answer;
      return { tokensPerS: tokens / seconds, failed: 0, ttftMs: [] };
    },
    stop: () => child.disconnect(),
  };
}

/** PyTorch with one thread per request; undefined where it is not installed. */
export async function pyTorch(threads: number): Promise<Contender | undefined> {
  const python = process.env['PYTHON'] ?? '/usr/bin/python3';
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const child = spawn(python, [fileOf('pytorch_threads.py'), String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const next = async <T>(): Promise<T> => {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('PyTorch ended.')));
    const [line] = await Promise.race([once(lines, 'line'), ended]);
    const answer: T = JSON.parse(String(line));
    return answer;
  };
  const { version } = await next<{ version: string }>();
  return {
    name: `PyTorch ${version} fp32`,
    rssMb: () => residentMb(child),
    level: async (concurrency, requests) => {
      const order = { concurrency, requests, new_tokens: workload.newTokens, prompt_tokens: workload.promptTokens };
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const { seconds, tokens } = await next<{ seconds: number; tokens: number }>();
      return { tokensPerS: tokens / seconds, failed: 0, ttftMs: [] };
    },
    stop: () => child.stdin.end(),
  };
}
