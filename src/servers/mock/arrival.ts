/**
 * Returns the clock of arrivals. Requests that arrive together are read one after another in one turn of the event loop, the
 * last of a hundred milliseconds after its arrival. They had all arrived when the turn began, so they share the time of the
 * first: never before the true arrival, but closer to it.
 */
export function createArrivalClock(): () => number {
  let turnBegan: number | undefined;
  // Immediates run right after everything that has arrived is read.
  const endTurn = (): void => {
    turnBegan = undefined;
  };
  return () => {
    if (turnBegan === undefined) {
      turnBegan = performance.now();
      setImmediate(endTurn);
    }
    return turnBegan;
  };
}
