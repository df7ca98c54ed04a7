import assert from 'node:assert/strict';
import { createGpuMetrics, readDcgm, readNvidiaSmi } from '../../../../src/core/metrics/server/gpu-metrics.ts';

const labels = (gpu: number): string =>
  `{gpu="${gpu}",UUID="GPU-${gpu}",device="nvidia${gpu}",modelName="NVIDIA H100 80GB HBM3",Hostname="node-1"}`;

/** Metrics as dcgm-exporter 3.3 writes them. */
const dcgm = [0, 1]
  .map((gpu) =>
    [
      `DCGM_FI_DEV_SM_CLOCK${labels(gpu)} 1980`,
      `DCGM_FI_DEV_GPU_UTIL${labels(gpu)} ${70 + 10 * gpu}`,
      `DCGM_FI_DEV_FB_FREE${labels(gpu)} 20000`,
      `DCGM_FI_DEV_FB_USED${labels(gpu)} 60000`,
      `DCGM_FI_DEV_POWER_USAGE${labels(gpu)} ${500.5 + gpu}`,
    ].join('\n'),
  )
  .join('\n');
const text = `# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).\n# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n${dcgm}\nother_metric 1\n`;

describe('GPU metrics', () => {
  it('are read from a DCGM exporter, for each GPU', () => {
    assert.deepEqual(readDcgm(text)[1], {
      gpu: '1',
      name: 'NVIDIA H100 80GB HBM3',
      utilization: 0.8,
      memoryUsedMiB: 60_000,
      memoryTotalMiB: 80_000,
      powerW: 501.5,
    });
    assert.deepEqual(readDcgm('vllm:num_requests_running 3\n'), []);
  });

  it('are read with the labels of a cluster, and with reserved memory in the total', () => {
    const t4 =
      '{gpu="0",UUID="GPU-6d5c0ac5-74d7-3130-46f1-e93ed57f469a",pci_bus_id="00000000:37:00.0",device="nvidia0",modelName="Tesla T4",Hostname="node-1",DCGM_FI_DRIVER_VERSION="590.48.01",container="vllm",namespace="models",pod="llama-0"}';
    const readings = ['GPU_UTIL', 'FB_FREE', 'FB_USED', 'FB_RESERVED', 'POWER_USAGE', 'GPU_TEMP'].map(
      (name, index) => `DCGM_FI_DEV_${name}${t4} ${[73, 9_791, 5_120, 447, 68.25, 71][index]}`,
    );
    assert.deepEqual(readDcgm(`${readings.join('\n')}\nDCGM_FI_PROF_GR_ENGINE_ACTIVE${t4} 0.156205\n`), [
      {
        gpu: '0',
        name: 'Tesla T4',
        utilization: 0.73,
        memoryUsedMiB: 5_120,
        memoryTotalMiB: 15_358,
        powerW: 68.25,
      },
    ]);
  });

  it('keep the parts of a divided GPU apart, and have null for what is not reported', () => {
    const part = 'DCGM_FI_DEV_FB_USED{gpu="0",GPU_I_PROFILE="1g.10gb",GPU_I_ID="7"} 900\n';
    assert.deepEqual(readDcgm(part), [
      { gpu: '0.7', utilization: null, memoryUsedMiB: 900, memoryTotalMiB: null, powerW: null },
    ]);
  });

  it('are read from lines of nvidia-smi', () => {
    assert.deepEqual(readNvidiaSmi('0, NVIDIA L4, 37, 1024, 23034, 31.27'), {
      gpu: '0',
      name: 'NVIDIA L4',
      utilization: 0.37,
      memoryUsedMiB: 1024,
      memoryTotalMiB: 23_034,
      powerW: 31.27,
    });
    assert.equal(readNvidiaSmi('1, Tesla K80, [N/A], 3, 11441, [Not Supported]')?.powerW, null);
    assert.equal(readNvidiaSmi('NVIDIA-SMI has failed because it could not communicate with the driver.'), undefined);
  });

  it('become figures of each GPU and of all', () => {
    const collector = createGpuMetrics();
    const reading = (percent: number): string => text.replaceAll(/(GPU_UTIL\S+ .*\} )\d+/g, `$1${percent}`);
    collector.add(-100, readDcgm(reading(0)));
    collector.add(250, readDcgm(text));
    collector.add(1250, readDcgm(reading(50)));
    const metrics = collector.result('DCGM exporter', 1);
    assert.deepEqual(metrics?.atMs, [-100, 250, 1250]);
    assert.deepEqual(metrics.utilization, [0, 0.75, 0.5]);
    assert.deepEqual(metrics.memoryUse, [0.75, 0.75, 0.75]);
    assert.deepEqual(metrics.powerW, [1002, 1002, 1002]);
    // Those of readings during the run.
    assert.equal(metrics.gpus[0]?.utilization, 0.6);
    assert.deepEqual([metrics.gpus[1]?.powerW, metrics.failedReadings], [501.5, 1]);
    assert.equal(createGpuMetrics().result('nvidia-smi', 0), undefined);
  });
});
