import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type { gpuMetricsSchema } from '../schemas/gpu-metrics-schema.ts';
import { labelOf, readPrometheus } from './prometheus.ts';

/** GPUs of the server during a run. */
export type GpuMetrics = Frozen<v.InferOutput<typeof gpuMetricsSchema>>;

/** One GPU at one moment; null: not reported. */
export interface GpuReading {
  readonly gpu: string;
  readonly name?: string;
  /** Share of the time in which a kernel ran, 0 to 1. */
  readonly utilization: number | null;
  readonly memoryUsedMiB: number | null;
  readonly memoryTotalMiB: number | null;
  readonly powerW: number | null;
}

/** Collects the readings of a run. */
export interface GpuCollector {
  add(atMs: number, gpus: readonly GpuReading[]): void;
  /** Returns the readings so far; undefined without any. */
  result(source: GpuMetrics['source'], failedReadings: number): GpuMetrics | undefined;
}

/** Maximum number of readings that are kept. Beyond it, every other one is dropped. */
const mostReadings = 600;

/** Returns the GPUs in the metrics of NVIDIA's DCGM exporter; none in other metrics. */
export function readDcgm(text: string): GpuReading[] {
  const samples = readPrometheus(text, ['DCGM_FI_DEV_']);
  const gpus = new Map<string, { name?: string; figures: Map<string, number> }>();
  for (const { name, labels, value } of samples) {
    // Parts of a GPU (MIG) have their own figures, which the whole GPU's don't include.
    const part = labelOf(labels, 'GPU_I_ID');
    const gpu = `${labelOf(labels, 'gpu') ?? '0'}${part === undefined || part === '' ? '' : `.${part}`}`;
    const known = gpus.get(gpu) ?? { figures: new Map<string, number>() };
    const model = labelOf(labels, 'modelName');
    if (model !== undefined && model !== '') known.name = model;
    known.figures.set(name.slice('DCGM_FI_DEV_'.length), value);
    gpus.set(gpu, known);
  }
  return [...gpus].map(([gpu, { name, figures }]) => dcgmReading(gpu, name, figures));
}

function dcgmReading(gpu: string, name: string | undefined, figures: ReadonlyMap<string, number>): GpuReading {
  const of = (figure: string): number | null => figures.get(figure) ?? null;
  const [used, free, percent] = [of('FB_USED'), of('FB_FREE'), of('GPU_UTIL')];
  return {
    gpu,
    ...(name !== undefined && { name }),
    utilization: percent === null ? null : percent / 100,
    memoryUsedMiB: used,
    memoryTotalMiB: of('FB_TOTAL') ?? (used === null || free === null ? null : used + free + (of('FB_RESERVED') ?? 0)),
    powerW: of('POWER_USAGE'),
  };
}

/** Columns requested from `nvidia-smi`, in the order that `readNvidiaSmi` expects. */
export const nvidiaSmiColumns = 'index,name,utilization.gpu,memory.used,memory.total,power.draw';

/** Returns the GPU in one line of `nvidia-smi --format=csv,noheader,nounits`; undefined for any other line. */
export function readNvidiaSmi(line: string): GpuReading | undefined {
  const cells = line.split(',').map((cell) => cell.trim());
  const [gpu = '', name = '', ...figures] = cells;
  if (!/^\d+$/.test(gpu) || figures.length !== 4) return undefined;
  // `[N/A]` and `[Not Supported]` mean that a GPU doesn't report a value.
  const [percent = null, memoryUsedMiB = null, memoryTotalMiB = null, powerW = null] = figures.map((cell) =>
    /^\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : null,
  );
  return {
    gpu,
    ...(name !== '' && { name }),
    utilization: percent === null ? null : percent / 100,
    memoryUsedMiB,
    memoryTotalMiB,
    powerW,
  };
}

/** Creates an empty collector. */
export function createGpuMetrics(): GpuCollector {
  let kept: { readonly atMs: number; readonly gpus: readonly GpuReading[] }[] = [];
  let every = 1;
  let count = 0;
  return {
    add(atMs, gpus) {
      if (gpus.length === 0) return;
      if (count % every === 0) kept.push({ atMs, gpus });
      count += 1;
      if (kept.length <= mostReadings) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      every *= 2;
    },
    result(source, failedReadings) {
      const [first] = kept;
      if (first === undefined) return undefined;
      const names = [...new Set(kept.flatMap(({ gpus }) => gpus.map(({ gpu }) => gpu)))];
      return {
        source,
        gpus: names.map((gpu) =>
          figuresOf(
            gpu,
            kept.flatMap(({ atMs, gpus }) => (atMs < 0 ? [] : gpus.filter((reading) => reading.gpu === gpu))),
          ),
        ),
        failedReadings,
        atMs: kept.map(({ atMs }) => atMs),
        utilization: kept.map(({ gpus }) => meanOf(gpus.map(({ utilization }) => utilization))),
        memoryUse: kept.map(({ gpus }) => {
          const whole = gpus.filter(
            ({ memoryUsedMiB, memoryTotalMiB }) => memoryUsedMiB !== null && memoryTotalMiB !== null,
          );
          const [used, total] = [
            sumOf(whole.map((gpu) => gpu.memoryUsedMiB)),
            sumOf(whole.map((gpu) => gpu.memoryTotalMiB)),
          ];
          return used === null || total === null || total === 0 ? null : used / total;
        }),
        powerW: kept.map(({ gpus }) => sumOf(gpus.map(({ powerW }) => powerW))),
      };
    },
  };
}

/** Returns the figures of one GPU over its readings during the run. */
function figuresOf(gpu: string, own: readonly GpuReading[]): GpuMetrics['gpus'][number] {
  const name = own.find((reading) => reading.name !== undefined)?.name;
  return {
    gpu,
    ...(name !== undefined && { name }),
    utilization: meanOf(own.map(({ utilization }) => utilization)),
    memoryUsedMiB: mostOf(own.map(({ memoryUsedMiB }) => memoryUsedMiB)),
    memoryTotalMiB: mostOf(own.map(({ memoryTotalMiB }) => memoryTotalMiB)),
    powerW: meanOf(own.map(({ powerW }) => powerW)),
  };
}

type Values = readonly (number | null)[];

const knownOf = (values: Values): number[] => values.filter((value) => value !== null);

function sumOf(values: Values): number | null {
  const known = knownOf(values);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: Values): number | null {
  const sum = sumOf(values);
  return sum === null ? null : sum / knownOf(values).length;
}

function mostOf(values: Values): number | null {
  const known = knownOf(values);
  return known.length === 0 ? null : Math.max(...known);
}
