// Compares speed and accuracy with other load generators: `npm run bench`. It takes up to 40 minutes.
//   -- --quick            fewer and shorter turns, less than 8 minutes
//   -- --only sse,growth  only these proofs; prints them and writes nothing
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { gatherPeers } from './peers/peers.ts';
import { proveGrowth } from './proofs/growth.ts';
import { proveLateness } from './proofs/lateness.ts';
import { proveSchedule } from './proofs/schedule.ts';
import { proveSse } from './proofs/sse.ts';
import { proveThroughput } from './proofs/throughput.ts';
import { findNginx } from './servers/nginx.ts';
import { missingHere, readMachine } from './shared/machine.ts';
import { startMeter } from './shared/meter.ts';
import { drawCharts } from './shared/pictures.ts';
import type { Proof } from './shared/proof.ts';
import { goalsText, proofText, writeResults } from './shared/results.ts';

/** In order of execution. A proof may repeat disturbed turns until that many minutes after the start. */
const proofs = [
  { name: 'throughput', prove: proveThroughput, quickMin: 1.8, fullMin: 7 },
  { name: 'schedule', prove: proveSchedule, quickMin: 5, fullMin: 18 },
  { name: 'lateness', prove: proveLateness, quickMin: 6, fullMin: 26 },
  { name: 'sse', prove: proveSse, quickMin: 6.2, fullMin: 29 },
  { name: 'growth', prove: proveGrowth, quickMin: 6.8, fullMin: 36 },
];

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
const missing = missingHere();
if (missing === undefined) await main(values.quick === true, values.only?.split(','));
else console.log(`Nothing was measured. ${missing}`);

async function main(quick: boolean, only: readonly string[] | undefined): Promise<void> {
  const startMs = performance.now();
  const machine = readMachine();
  const { peers, leftOut } = gatherPeers();
  const nginx = findNginx();
  const stopMeter = startMeter([]);
  const done: Proof[] = [];
  for (const { name, prove, quickMin, fullMin } of proofs) {
    if (only?.includes(name) === false) continue;
    const repeatUntilMs = startMs + (quick ? quickMin : fullMin) * 60_000;
    const proof = await prove({
      quick,
      peers,
      repeatUntilMs,
      say: (progress) => process.stderr.write(`${progress}\n`),
    });
    done.push(proof);
    console.log(`\n${proofText(proof)}`);
  }
  const disturbance = stopMeter();
  for (const sentence of leftOut) console.log(sentence);
  if (only === undefined) {
    const cpu = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, Loadlens ${peers[0]?.version ?? ''}`;
    const undrawn = await drawCharts(
      done.flatMap(({ charts }) => charts),
      cpu,
    );
    writeResults({
      mode: quick ? 'quick' : 'full',
      tookMin: (performance.now() - startMs) / 60_000,
      machine,
      versions: {
        node: machine.node,
        undici: versionOf('undici'),
        ...Object.fromEntries(peers.map(({ name, version }) => [name, version])),
        ...(nginx.version === undefined ? {} : { nginx: nginx.version }),
      },
      disturbance,
      leftOut: [...leftOut, ...(undrawn === undefined ? [] : [`The charts were not drawn: ${undrawn}`])],
      proofs: done,
    });
  }
  const tookMin = (performance.now() - startMs) / 60_000;
  console.log(`\n${goalsText(done)}, ${tookMin.toFixed(1)} minutes.`);
}

function versionOf(name: string): string {
  const manifest: { version: string } = createRequire(import.meta.url)(`${name}/package.json`);
  return manifest.version;
}
