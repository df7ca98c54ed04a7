import * as os from 'node:os';
import type { Environment } from '../../core/record/run.ts';

/** Returns the description of this machine for reports. */
export function readEnvironment(version: string): Environment {
  const [cpu] = os.cpus();
  return {
    host: os.hostname(),
    os: `${os.type()} ${os.release()} ${process.arch}`,
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round((os.totalmem() / 2 ** 30) * 10) / 10,
    node: process.versions.node,
    loadlens: version,
  };
}
