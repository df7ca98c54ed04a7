/** A call that happens at most once per interval, the last one always; `dispose` drops what is waiting. */
export interface Throttled {
  (): void;
  readonly dispose: () => void;
}

/** Wraps `act` so that it runs at once when it has rested for `intervalMs`, and otherwise when that time is over. */
export function throttle(act: () => void, intervalMs: number): Throttled {
  let timer: NodeJS.Timeout | undefined;
  let waiting = false;
  const rest = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!waiting) return;
      waiting = false;
      rest();
      act();
    }, intervalMs);
  };
  const call = (): void => {
    if (timer !== undefined) {
      waiting = true;
      return;
    }
    rest();
    act();
  };
  return Object.assign(call, {
    dispose: () => {
      clearTimeout(timer);
      timer = undefined;
      waiting = false;
    },
  });
}
