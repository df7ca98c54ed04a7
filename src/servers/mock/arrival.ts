/**
 * Makes the clock of arrivals. Requests that arrive together are read one after the other in one turn of the event loop, and the
 * last of a hundred is read milliseconds after it arrived. All that one turn reads had arrived when it began, so they share
 * the time of the first: still never before the true arrival, but much closer to it.
 */
export function createArrivalClock(): () => number {
  let turnBegan: number | undefined;
  // Immediates run right after everything that has arrived was read.
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
