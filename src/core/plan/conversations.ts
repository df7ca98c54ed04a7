import type { Conversations, PreparedRequest } from '../endpoints/types.ts';
import type { Conversation } from '../endpoints/data/conversations.ts';
import { LoadlensError } from '../errors.ts';
import { seededUnits, targetPicker } from '../values/pick.ts';
import { drawThinkMs } from '../values/llm/think.ts';
import { conversationSource } from './generated-conversations.ts';
import { promptTurns, seededOrder } from './prompt-turns.ts';
import type { RunInput, RunPlan } from './types.ts';

/** Added to the seed, so that order and think times are independent of all other choices. */
const seeds = { order: 0x5eed, think: 0x7417 } as const;
/** Random numbers that one think time may need. */
const drawsPerThink = 128;
/** Turns of a conversation with individual think times. */
const turnsPerConversation = 4_096;

/** Returns the conversation with a number in the sequence of its target. All of a file are used before any repeats. */
export function conversationAt(
  { list, order, generated }: Pick<Conversations, 'list' | 'order' | 'generated'>,
  seed: number,
): (number: number) => Conversation {
  if (generated !== undefined) return conversationSource(generated, seed).at;
  const shuffled = order === 'random' ? seededOrder(list.length, seed + seeds.order) : undefined;
  return (number) => {
    const place = number % list.length;
    const conversation = list[shuffled?.[place] ?? place];
    if (conversation === undefined) throw new RangeError('no conversations');
    return conversation;
  };
}

/**
 * Returns the time before a turn of a conversation, ms, by the number of the conversation and the index of the turn, from 1: the
 * first turn has none.
 */
export function thinkTimes(
  { think }: Pick<Conversations, 'think'>,
  seed: number,
): (number: number, turn: number) => number {
  if (think === undefined) return () => 0;
  const unit = seededUnits(seed + seeds.think);
  return (number, turn) =>
    drawThinkMs(think, (draw) =>
      unit((number * turnsPerConversation + (turn % turnsPerConversation)) * drawsPerThink + draw),
    );
}

/** Returns whether requests include conversations. */
export const hasConversations = (requests: readonly Pick<PreparedRequest, 'conversations'>[]): boolean =>
  requests.some(({ conversations }) => conversations !== undefined);

/**
 * Checks that levels of an arrival rate can be judged.
 * @throws LoadlensError for conversations: their rate is that of starts, and each adds requests later
 */
export function checkRateLevels(requests: readonly Pick<PreparedRequest, 'conversations'>[]): void {
  if (!hasConversations(requests)) return;
  throw new LoadlensError(
    "Levels of an arrival rate can't have conversations, because each start adds requests later.",
    {
      hint: 'Use levels of concurrency, or run one rate at a time.',
    },
  );
}

/**
 * Returns the plan with the number of conversations and other requests that start, where it has the number of requests: enough
 * that their turns are at least as many, and none is cut off. Without conversations, it is the plan itself.
 */
export function planOfStarts({
  plan,
  targets,
  requests,
  promptStarts,
}: Pick<RunInput, 'plan' | 'targets' | 'requests' | 'promptStarts'>): RunPlan {
  const turnsOf = requests.map((request) => turnCounts(request, plan.seed));
  if (turnsOf.every((turns) => turns === undefined)) return plan;
  const pick = targetPicker(
    targets.map(({ weight }) => weight),
    plan.seed,
  );
  /** Counts starts until their turns are `most`, or the conversations among them `mostConversations`. */
  const startsOf = (most: number, mostConversations: number, turnAt: (index: number) => number): number => {
    let [starts, turns, conversations] = [0, 0, 0];
    for (; turns < most && conversations < mostConversations; starts += 1) {
      const counts = turnsOf[pick(starts)];
      turns += counts?.(turnAt(starts)) ?? 1;
      if (counts !== undefined) conversations += 1;
    }
    return starts;
  };
  const warmup = startsOf(plan.warmup, Infinity, promptTurns(pick, targets.length, 0, promptStarts).run);
  const { requests: most, conversations } = plan;
  // A trace starts with its first request, whatever the warm-up has sent.
  const inRun =
    plan.trace === undefined
      ? promptTurns(pick, targets.length, warmup, promptStarts).run
      : (index: number): number => index;
  return {
    ...plan,
    warmup,
    requests:
      most === null && conversations === undefined
        ? null
        : startsOf(most ?? Infinity, conversations ?? Infinity, inRun),
  };
}

/** Returns the number of turns by the number of a conversation; undefined for a target without conversations. */
export function turnCounts(
  { conversations }: Pick<PreparedRequest, 'conversations'>,
  seed: number,
): ((number: number) => number) | undefined {
  if (conversations === undefined) return undefined;
  if (conversations.generated !== undefined) return conversationSource(conversations.generated, seed).turnsOf;
  const at = conversationAt(conversations, seed);
  return (number) => at(number).turns.length;
}
