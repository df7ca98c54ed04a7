// Loaded into the command line by NODE_OPTIONS: once the file LOADLENS_TEST_FAULT_FILE is there, the command line fails in the way
// that LOADLENS_TEST_FAULT says, such as `end sender 2`.
import { existsSync } from 'node:fs';
import { isMainThread, threadName } from 'node:worker_threads';

const [deed, whom, number = '1'] = (process.env['LOADLENS_TEST_FAULT'] ?? '').split(' ');
const file = process.env['LOADLENS_TEST_FAULT_FILE'] ?? '';
const sender = 'loadlens-loop';

function whenTold(act) {
  const timer = setInterval(() => {
    if (!existsSync(file)) return;
    clearInterval(timer);
    act();
  }, 20);
  timer.unref();
}

if (isMainThread && deed === 'end') {
  let seen = 0;
  process.on('worker', (worker) => {
    if ((worker.threadName === sender) !== (whom === 'sender')) return;
    seen += 1;
    if (seen !== Number(number)) return;
    // A sender thread tells how far it is once it sends.
    if (whom === 'sender') worker.on('message', ({ type }) => type === 'live' && void worker.terminate());
    else whenTold(() => void worker.terminate());
  });
}
if ((isMainThread && whom === 'main') || threadName === (whom === 'sender' ? sender : whom)) {
  if (deed === 'throw')
    whenTold(() => {
      throw new Error('on purpose');
    });
}
