// Loaded into the command line by NODE_OPTIONS: ends the sender thread that is started as number LOADLENS_TEST_END, once it has
// sent for half a second.
import { isMainThread } from 'node:worker_threads';

const number = Number(process.env['LOADLENS_TEST_END']);
let seen = 0;
if (isMainThread) {
  process.on('worker', (worker) => {
    if (worker.threadName !== 'loadlens-loop') return;
    seen += 1;
    if (seen === number) worker.on('message', ({ type }) => type === 'live' && void worker.terminate());
  });
}
