import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { targetPicker } from '../src/core/values/pick.ts';
import { readRecord } from '../src/core/record/read-run.ts';
import type { RunRecord } from '../src/core/record/run.ts';

const row = v.object({
  output_tokens: v.array(v.number()),
  server_limit: v.number(),
  requests: v.number(),
  concurrency: v.number(),
  status: v.record(v.string(), v.number()),
  total: v.number(),
  median: v.number(),
  avg_output_tokens: v.number(),
});

/** One published run of the reference script against the reference mock server; times in seconds. */
export type ReferenceRow = v.InferOutput<typeof row>;

/** The fourteen published runs. */
export const referenceRows: readonly ReferenceRow[] = v.parse(
  v.object({ runs: v.array(row) }),
  JSON.parse(readFileSync(new URL('../test/fixtures/reference/mock-server-results.json', import.meta.url), 'utf8')),
).runs;

/** Figures of a run in which only the server's delays take time. */
export interface Ideal {
  readonly totalS: number;
  readonly statusCodes: Readonly<Record<string, number>>;
  readonly outputTokens: number;
}

const sleepS = (tokens: number): number => (tokens < 10 ? 1 : tokens < 100 ? 2 : tokens < 1000 ? 3 : 5);

/** Returns true if the row's token figures and total depend on the drawn targets. */
export const isByChance = (of: ReferenceRow): boolean => of.output_tokens.length > 1;

/**
 * Returns the ideal of a row at time scale 1 for the targets that the seed draws: each request starts on the first free slot.
 * Above the limit, only the first requests are accepted; the others are refused meanwhile.
 */
export function idealOf(of: ReferenceRow, seed: number): Ideal {
  const pick = targetPicker(
    of.output_tokens.map(() => 1),
    seed,
  );
  const freeAt = new Float64Array(of.concurrency);
  const allowed = of.concurrency > of.server_limit ? of.server_limit : of.requests;
  let outputTokens = 0;
  for (let i = 0; i < allowed; i++) {
    const tokens = of.output_tokens[pick(i)] ?? 0;
    outputTokens += tokens;
    const slot = freeAt.indexOf(Math.min(...freeAt));
    freeAt[slot] = (freeAt[slot] ?? 0) + sleepS(tokens);
  }
  const refused = of.requests - allowed;
  return {
    totalS: Math.max(...freeAt),
    statusCodes: { 200: allowed, ...(refused > 0 ? { 429: refused } : {}) },
    outputTokens,
  };
}

/**
 * Returns the ideal of the reference's run, s. Its draw in a row of several targets isn't known, so the ideal is the mean of 500
 * draws.
 */
export function referenceIdealS(of: ReferenceRow): number {
  const draws = isByChance(of) ? 500 : 1;
  let sum = 0;
  for (let seed = 1; seed <= draws; seed++) sum += idealOf(of, seed).totalS;
  return sum / draws;
}

/**
 * Returns the time scale for a row. A row above the limit needs scale 1: its refusals have no delay, and all must be sent during
 * the delay of the first requests.
 */
export const possibleScale = (of: ReferenceRow, scale: number): number =>
  of.concurrency > of.server_limit ? 1 : scale;

/** A mock server and the command line as its client, each in a separate process. */
export interface Rig {
  run(of: ReferenceRow, seed: number): Promise<RunRecord>;
  close(): Promise<void>;
}

/** Starts the mock server. @param commandLine the file of the command line, as arguments for Node */
export async function startRig(commandLine: readonly string[], timeScale: number): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'loadlens-reference-'));
  const server = spawn(
    process.execPath,
    [...commandLine, 'serve', 'mock', '--port', '0', '--time-scale', `${timeScale}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await readyUrl(server);
  return {
    run: async (of, seed) => {
      const config = await fetch(`${url}/update_config`, {
        method: 'POST',
        body: JSON.stringify({ max_concurrent_requests: of.server_limit }),
      });
      if (!config.ok) throw new Error(await config.text());
      const file = join(folder, 'endpoints.txt');
      const json = join(folder, 'result.json');
      writeFileSync(file, of.output_tokens.map((tokens) => `${url}/tokenizer?output_tokens=${tokens}\n`).join(''));
      const numbers = { requests: of.requests, concurrency: of.concurrency, seed };
      const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, `${value}`]);
      await execute([...commandLine, 'run', file, ...args, '--json', json, '--quiet']);
      return readRecord(JSON.parse(readFileSync(json, 'utf8')));
    },
    close: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.kill()) await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Returns the address in the server's ready line. Rejects if the server ends before it's ready. */
function readyUrl(server: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const url = /listening on (\S+) .*\n/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    server.once('exit', (code) => reject(new Error(`The mock server ended with exit code ${code}.`)));
  });
}

function execute(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, _out, errors) => {
      if (error) reject(new Error(errors || error.message));
      else resolve();
    });
  });
}
