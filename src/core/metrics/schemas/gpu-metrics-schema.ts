import * as v from 'valibot';
import { about, count, numberOrNull } from '../../schema.ts';

/** Sources of GPU readings. */
const gpuSources = ['DCGM exporter', 'nvidia-smi'] as const;

const readings = v.array(numberOrNull);

/** GPUs of the server during a run; see `GpuMetrics`. */
export const gpuMetricsSchema = v.object({
  source: about('Where the readings come from.', v.picklist(gpuSources)),
  gpus: about(
    'The GPUs, each with figures over the readings during the run.',
    v.array(
      v.object({
        gpu: about('Index of the GPU on its machine.', v.string()),
        name: v.exactOptional(about('Model of the GPU; absent if unknown.', v.string())),
        utilization: about('Mean share of the time in which a kernel ran, 0 to 1.', numberOrNull),
        memoryUsedMiB: about('Maximum memory in use.', numberOrNull),
        memoryTotalMiB: about('Memory of the GPU.', numberOrNull),
        powerW: about('Mean power.', numberOrNull),
      }),
    ),
  ),
  failedReadings: about('Number of readings that failed.', count),
  unreadMs: v.exactOptional(about('Time of the run in which readings failed, ms; absent: none.', v.number())),
  atMs: about('Times of the readings, ms from the start of the clock.', v.array(v.number())),
  utilization: about('Mean over the GPUs at each reading, 0 to 1.', readings),
  memoryUse: about('Share of the memory of all GPUs in use at each reading, 0 to 1.', readings),
  powerW: about('Power of all GPUs at each reading, watts.', readings),
});
