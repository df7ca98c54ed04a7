import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  createGpuMetrics,
  nvidiaSmiColumns,
  readNvidiaSmi,
  type GpuMetrics,
  type GpuReading,
} from '../../core/metrics/server/gpu-metrics.ts';

/** Readings of the GPUs of this machine. */
export interface GpuWatch {
  /** Sets the start of the clock, `performance.now()`. */
  clock(startMs: number): void;
  /** Ends the process and returns the readings; undefined without any. Further calls return the same. */
  stop(): GpuMetrics | undefined;
}

/** Time between readings, ms. */
const everyMs = 1_000;

/** Returns the path of `nvidia-smi`; undefined if no absolute folder of PATH has it. */
export function findNvidiaSmi(path = process.env['PATH'] ?? ''): string | undefined {
  const name = process.platform === 'win32' ? 'nvidia-smi.exe' : 'nvidia-smi';
  return path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Starts `nvidia-smi`, which writes a line for each GPU once a second until `stop`. A failure leaves no readings. */
export function watchGpus(file: string): GpuWatch {
  const child = spawn(
    file,
    [`--query-gpu=${nvidiaSmiColumns}`, '--format=csv,noheader,nounits', `--loop-ms=${everyMs}`],
    { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true },
  );
  child.on('error', () => {});
  child.unref();
  const readings: { readonly at: number; readonly gpus: GpuReading[] }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const gpu = readNvidiaSmi(line);
    if (gpu === undefined) return;
    const last = readings.at(-1);
    // The lines of a reading have different GPUs.
    if (last === undefined || last.gpus.some((other) => other.gpu === gpu.gpu))
      readings.push({ at: performance.now(), gpus: [gpu] });
    else last.gpus.push(gpu);
  });
  let startMs: number | undefined;
  let result: { readonly metrics: GpuMetrics | undefined } | undefined;
  return {
    clock(atMs) {
      startMs = atMs;
    },
    stop() {
      child.kill();
      child.stdout.destroy();
      if (result !== undefined) return result.metrics;
      const collector = createGpuMetrics();
      for (const { at, gpus } of startMs === undefined ? [] : readings) collector.add(at - (startMs ?? 0), gpus);
      result = { metrics: collector.result('nvidia-smi', 0) };
      return result.metrics;
    },
  };
}
