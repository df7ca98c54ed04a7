// Entry file of the thread of an additional loop. `loops/messages.ts` has its messages.
import { parentPort, workerData } from 'node:worker_threads';
import { mergeLive } from '../core/metrics/recorder/recorder-state.ts';
import { warmCode } from './warm/warm.ts';
import { createLoop } from './load/loops/loop.ts';
import type { LoopCommand, LoopEvent, LoopTask } from './load/loops/messages.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const liveMs = 250;

const task: LoopTask = workerData;
const tell = (event: LoopEvent): void => port.postMessage(event);
const loop = createLoop(task, { onDropped: (slots) => tell({ type: 'dropped', slots }), warm: warmCode });

const tellLive = (): void => {
  const live = loop.live();
  tell({ type: 'live', live: { ...live, state: mergeLive([live.state]) } });
};

async function obey(command: LoopCommand): Promise<void> {
  switch (command.type) {
    case 'prepare':
      await loop.prepare(command.slots);
      tell({ type: 'prepared' });
      break;
    case 'send': {
      const timer = setInterval(tellLive, liveMs);
      const result = await loop.send(command.part, command.startedAtMs, command.slots);
      clearInterval(timer);
      tell({ type: 'sent', result });
      break;
    }
    case 'addSlots':
      loop.addSlots(command.slots);
      break;
    case 'dropSlots':
      loop.dropSlots(command.slots);
      break;
    case 'cancel':
      loop.cancel();
      break;
  }
}

// An error here ends the thread, which the first loop notices.
port.on('message', (command: LoopCommand) => void obey(command));
