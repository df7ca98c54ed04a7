import { spoiledBy, startMeter, type Disturbance } from './meter.ts';

/** A program that takes a turn in each round. */
export interface Contender<T> {
  readonly name: string;
  measure(): Promise<T>;
}

/** One measured turn, with the activity of other programs. */
interface Turn<T> {
  readonly value: T;
  readonly disturbance: Disturbance;
}

/** The turns of a contender. */
export interface Turns<T> {
  readonly name: string;
  /** Those that count. */
  readonly values: readonly T[];
  /** How many turns do not count, by what happened to them: `spoiled by steal`, `failed: …`. */
  readonly spoiled: Readonly<Record<string, number>>;
  /** Too few turns were quiet: the quietest of the spoiled ones are among the values. */
  readonly disturbed: boolean;
}

/** How many rounds, and until when spoiled turns are repeated. */
export interface RoundOptions {
  readonly rounds: number;
  /** No turn is repeated after it, in ms of `performance.now()`. */
  readonly repeatUntilMs: number;
  /** Processes of servers that take part. */
  readonly servers: readonly number[];
  /** Told before each turn. */
  readonly onTurn?: (name: string, round: number) => void;
}

/**
 * Measures contenders in turns: A B C, then C B A, so that drift of the machine affects all alike. A turn disturbed by steal or
 * other programs is repeated in a later round, at most as often as there are rounds.
 */
export async function takeTurns<T>(
  contenders: readonly Contender<T>[],
  { rounds, repeatUntilMs, servers, onTurn }: RoundOptions,
): Promise<Turns<T>[]> {
  const ledgers = contenders.map((contender) => ({
    contender,
    quiet: [] as Turn<T>[],
    loud: [] as Turn<T>[],
    spoiled: {} as Record<string, number>,
  }));
  for (let round = 0; round < 2 * rounds; round += 1) {
    for (const { contender, quiet, loud, spoiled } of round % 2 === 0 ? ledgers : ledgers.toReversed()) {
      if (quiet.length >= rounds || (round >= rounds && performance.now() > repeatUntilMs)) continue;
      onTurn?.(contender.name, round);
      const stop = startMeter(servers);
      let reason: string | undefined;
      try {
        const value = await contender.measure();
        const disturbance = stop();
        reason = spoiledBy(disturbance);
        (reason === undefined ? quiet : loud).push({ value, disturbance });
      } catch (error) {
        reason = `failed: ${error instanceof Error ? error.message : String(error)}`;
      }
      if (reason !== undefined) spoiled[reason] = (spoiled[reason] ?? 0) + 1;
    }
  }
  return ledgers.map(({ contender, quiet, loud, spoiled }) => {
    const short = Math.max(0, Math.ceil(rounds / 2) - quiet.length);
    const calmest = loud.toSorted((a, b) => loudness(a) - loudness(b)).slice(0, short);
    return {
      name: contender.name,
      values: [...quiet, ...calmest].map(({ value }) => value),
      spoiled,
      disturbed: calmest.length > 0,
    };
  });
}

const loudness = ({ disturbance }: Turn<unknown>): number => disturbance.stealShare + disturbance.otherShare;
