import type { Conversations, PreparedRequest } from '../endpoints/types.ts';
import type { Conversation } from '../endpoints/data/conversations.ts';
import { generates } from '../endpoints/llm/synthetic.ts';
import { LoadlensError } from '../errors.ts';
import { seededUnits, targetPicker } from '../values/pick.ts';
import { drawThinkMs } from '../values/llm/think.ts';
import { conversationSource, place } from './generated-conversations.ts';
import { promptTurns, seededOrder } from './prompt-turns.ts';
import { syntheticTurns, type SyntheticTurn } from './synthetic.ts';
import type { RunInput, RunPlan } from './types.ts';

/** Added to the seed, so that order and think times are independent of all other choices. */
const seeds = { order: 0x5eed, think: 0x7417 } as const;
/** Random numbers that one think time may need. */
const drawsPerThink = 128;
/** Turns of a conversation with individual think times. */
const turnsPerConversation = 4_096;

/** Returns the conversation with a number in the sequence of its target. All of a file are used before any repeats. */
export function conversationAt(
  { list, order, generated, output }: Pick<Conversations, 'list' | 'order' | 'generated' | 'output'>,
  seed: number,
): (number: number) => Conversation {
  if (generated !== undefined) return conversationSource(generated, seed).at;
  const askedOf = output && syntheticTurns({ output }, seed);
  const shuffled = order === 'random' ? seededOrder(list.length, seed + seeds.order) : undefined;
  return (number) => {
    const index = number % list.length;
    const conversation = list[shuffled?.[index] ?? index];
    if (conversation === undefined) throw new RangeError('no conversations');
    if (askedOf === undefined) return conversation;
    const turns = conversation.turns.map((turn, at) => {
      const maxTokens = turn.maxTokens ?? askedOf(place(number, at)).outputTokens;
      return { ...turn, ...(maxTokens !== undefined && { maxTokens }) };
    });
    return { ...conversation, turns };
  };
}

/** Returns whether each response is to have exactly as many tokens as its turn says. */
export const asksExactLengths = ({ generated, output }: Pick<Conversations, 'generated' | 'output'>): boolean =>
  output !== undefined || generates(generated?.synthetic, 'output');

/** Returns the tokens that each turn of a conversation adds and asks for, by the number of the conversation; undefined if both are the file's. */
export function turnLengths(
  conversations: Conversations,
  seed: number,
): ((number: number) => readonly Pick<SyntheticTurn, 'inputTokens' | 'outputTokens'>[]) | undefined {
  const { generated, output } = conversations;
  if (generated !== undefined) {
    const { turnsOf, askedOf } = conversationSource(generated, seed);
    return (number) => Array.from({ length: turnsOf(number) }, (_, turn) => askedOf(number, turn));
  }
  if (output === undefined) return undefined;
  const at = conversationAt(conversations, seed);
  return (number) => at(number).turns.map(({ maxTokens }) => ({ inputTokens: undefined, outputTokens: maxTokens }));
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
  const { list, order } = conversations;
  const at = conversationAt({ list, order }, seed);
  return (number) => at(number).turns.length;
}
