// One import for all, because each import that is made when it's needed divides the shared code into more, smaller files.
export { latencyCommand } from './latency-command.ts';
export { memoryCommand } from './memory-command.ts';
export { throughputCommand } from './throughput-command.ts';
