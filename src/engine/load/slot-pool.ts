import type { Lane } from '../transport/transport.ts';
import type { Slot } from './slot.ts';

/** The slots of one load. */
export interface SlotPool extends Iterable<Slot> {
  readonly size: number;
  /** A slot is free. */
  readonly hasFree: boolean;
  /** Removes a free slot: the last to become free, because its connection is the warmest. */
  take(): Slot | undefined;
  /** Puts back a slot that is free. */
  free(slot: Slot): void;
  /** Adds a slot for each lane. The first lanes have open connections, so their slots go first. */
  add(lanes: readonly Lane[]): void;
  /** Releases `count` slots: free ones immediately, the least recently used first, the others in `release`. */
  drop(count: number): void;
  /** Releases a slot that has just become free if the pool should shrink. Returns true if it did. */
  release(slot: Slot): boolean;
}

/**
 * Creates an empty pool.
 * @param onDropped called with the number of slots released
 */
export function createSlotPool(
  createSlot: (lane: Lane) => Slot,
  onDropped: ((slots: number) => void) | undefined,
): SlotPool {
  const all = new Set<Slot>();
  const free: Slot[] = [];
  /** Slots still to release. */
  let excess = 0;
  const giveUp = (slot: Slot): void => {
    excess -= 1;
    all.delete(slot);
    slot.close();
    onDropped?.(1);
  };
  return {
    [Symbol.iterator]: () => all.values(),
    get size() {
      return all.size;
    },
    get hasFree() {
      return free.length > 0;
    },
    take: () => free.pop(),
    free: (slot) => void free.push(slot),
    add(lanes) {
      const added = lanes.map(createSlot);
      for (const slot of added) all.add(slot);
      free.push(...added.toReversed());
    },
    drop(count) {
      excess += count;
      for (const slot of free.splice(0, excess)) giveUp(slot);
    },
    release(slot) {
      if (excess === 0) return false;
      giveUp(slot);
      return true;
    },
  };
}
