/**
 * Returns a function that runs work once the loop has read all sockets with data. All work of one turn runs in the next
 * turn.
 */
export function createAfterReads(): (work: () => void) => void {
  let waiting: (() => void)[] = [];
  const run = (): void => {
    const due = waiting;
    waiting = [];
    for (const work of due) work();
  };
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(run);
  };
}
