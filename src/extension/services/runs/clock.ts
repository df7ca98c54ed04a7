import { EventEmitter, type Disposable, type Event } from 'vscode';

/** Ticks once a minute, for every text with a relative time. */
export interface Clock extends Disposable {
  readonly onMinute: Event<void>;
}

/** Makes the Clock. */
export function createClock(): Clock {
  const ticked = new EventEmitter<void>();
  const timer = setInterval(() => ticked.fire(), 60_000);
  return {
    onMinute: ticked.event,
    dispose: () => {
      clearInterval(timer);
      ticked.dispose();
    },
  };
}
