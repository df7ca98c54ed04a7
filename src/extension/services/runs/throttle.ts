/** A function that runs at most once per interval, and always for the last call. `dispose` drops a pending call. */
export interface Throttled {
  (): void;
  readonly dispose: () => void;
}

/**
 * Wraps `act` so that it runs immediately if the last call was at least `intervalMs` ago, and otherwise at the end of
 * that time.
 */
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
