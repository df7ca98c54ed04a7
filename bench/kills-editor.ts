// Kills the editor's benchmark process (SIGKILL) at random times of a run. Checks the record that the extension saves, and its
// copy for a reload of the window. The extension's services run in plain Node with a stand-in for `vscode`.
//   node esbuild.mjs && node bench/kills-editor.ts [--count 200] [--seed 1] [--parallel 16] [--seconds 29]
import { once } from 'node:events';
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { LogOutputChannel, Memento } from 'vscode';
import { seededUnits } from '../src/core/values/pick.ts';
import { planDefaults } from '../src/core/plan/plan.ts';
import type { RunInput } from '../src/core/plan/types.ts';
import { isRun, readResult } from '../src/core/report/formats/results.ts';

const standIn = `
export const l10n = { t: (text, ...values) => text.replaceAll(/\\{(\\d)\\}/g, (_, n) => String(values[n])) };
export const commands = { executeCommand: () => Promise.resolve() };
export class EventEmitter {
  listeners = new Set();
  event = (listener) => { this.listeners.add(listener); return { dispose: () => this.listeners.delete(listener) }; };
  fire(value) { for (const listener of this.listeners) listener(value); }
  dispose() { this.listeners.clear(); }
}`;
registerHooks({
  resolve: (name, context, next) =>
    name === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(standIn)}`, shortCircuit: true }
      : next(name, context),
});
const { createRuns } = await import('../src/extension/services/runs/runs.ts');
const { createUnfinished } = await import('../src/extension/services/runs/unfinished.ts');

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '29' },
  },
});
const count = Number(values.count);
/** Kills come at most so long after the first number. */
const spanMs = Number(values.seconds) * 1_000;
/** Records with a self-calibration: a machine that is too busy has none. */
let calibrated = 0;
/** Records with the commit of the file: git has two seconds to tell it. */
let committed = 0;
const entry = fileURLToPath(new URL('../dist/benchmark.js', import.meta.url));

// So slow that many runs side by side take little of the machine.
const server = createServer((_, response) => void setTimeout(() => response.end('{"output_tokens": 1}'), 50));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;

/** A run of a minute, of which the path tells the server whose requests they are. */
function inputOf(number: number): RunInput {
  const request = { method: 'GET', url: `${url}/${number}`, headers: [] };
  return {
    name: `run ${number}`,
    plan: {
      ...planDefaults,
      loadModel: 'closed',
      requests: null,
      durationS: 60,
      concurrency: 4,
      warmup: 4,
      objectives: [],
    },
    targets: [{ ...request, name: 'a', weight: 1, objectives: [] }],
    requests: [request],
    secrets: [],
    file: { path: fileURLToPath(import.meta.url), shownAs: 'kills.endpoints' },
  };
}

function memory(): Memento {
  const kept = new Map<string, string>();
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, otherwise?: T): T | undefined => {
      const json = kept.get(key);
      return json === undefined ? otherwise : JSON.parse(json);
    },
    update: (key: string, value: unknown) => {
      if (value === undefined) kept.delete(key);
      else kept.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
  };
}

const nothing = (): void => undefined;

/** Returns what's wrong with the record of a killed run; empty if nothing is. */
async function killOne(number: number, afterMs: number): Promise<string[]> {
  let pid = 0;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the services call nothing else of it
  const log = {
    debug: (text: string) => (pid ||= Number(/as process (\d+)/.exec(text)?.[1] ?? 0)),
    info: nothing,
    warn: nothing,
    error: nothing,
  } as unknown as LogOutputChannel;
  const unfinished = createUnfinished(memory(), log);
  const runs = createRuns({ entry, unfinished, log });
  const requests = { told: 0 };
  let timer: NodeJS.Timeout | undefined;
  runs.onDidChange((state) => {
    if (state.kind !== 'running' || state.snapshot === null) return;
    requests.told = state.snapshot.summary.requestsSent;
    if (requests.told > 0) timer ??= setTimeout(() => process.kill(pid, 'SIGKILL'), afterMs);
  });
  const wrong: string[] = [];
  try {
    const record = readResult(JSON.parse(JSON.stringify(await runs.run({ type: 'run', input: inputOf(number) }))));
    const left = unfinished.left();
    if (!isRun(record)) return ['not a run'];
    if (record.status !== 'crashed') wrong.push(`status ${record.status}`);
    if (record.stopReason !== 'The benchmark process ended (signal SIGKILL).')
      wrong.push(`reason ${record.stopReason}`);
    if (record.requestsSent < requests.told) wrong.push(`${record.requestsSent} requests, ${requests.told} were told`);
    if (record.source?.file !== 'kills.endpoints') wrong.push('no file');
    if (record.addresses.length !== 1) wrong.push('no address');
    if (record.warmupSent !== 4) wrong.push(`warm-up ${record.warmupSent}`);
    if (record.environment.selfCalibration !== undefined) calibrated += 1;
    if (record.source?.gitCommit !== undefined) committed += 1;
    if (left === undefined || !isRun(left)) wrong.push('nothing for a reload');
    else if (left.id !== record.id) wrong.push('another run for a reload');
    else if (left.requestsSent === 0) wrong.push('no numbers for a reload');
  } catch (error) {
    wrong.push(String(error));
  } finally {
    runs.dispose();
  }
  return wrong;
}

const unit = seededUnits(Number(values.seed));
const instants = Array.from({ length: count }, (_, number) => unit(number) * spanMs);
let readable = 0;
let next = 0;
async function work(): Promise<void> {
  for (let number = next++; number < count; number = next++) {
    const afterMs = instants[number] ?? 0;
    const wrong = await killOne(number, afterMs);
    if (wrong.length === 0) readable += 1;
    else console.log(`kill ${number + 1}, ${Math.round(afterMs)} ms after the first number: ${wrong.join('; ')}`);
    if ((number + 1) % 10 === 0) console.log(`${number + 1} of ${count}`);
  }
}
await Promise.all(Array.from({ length: Number(values.parallel) }, work));
server.close();
server.closeAllConnections();
console.log(
  `${readable} of ${count} kills left a readable record of all that was told (seed ${values.seed}); ${calibrated} have a self-calibration, ${committed} the commit.`,
);
process.exitCode = readable === count ? 0 : 1;
