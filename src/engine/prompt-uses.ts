import { createHash } from 'node:crypto';
import { generates } from '../core/endpoints/llm/synthetic.ts';
import type { PreparedRequest } from '../core/endpoints/types.ts';
import { targetPicker } from '../core/values/pick.ts';
import { asksExactLengths, turnCounts, turnLengths } from '../core/plan/conversations.ts';
import { requestsByTarget } from '../core/plan/prompt-turns.ts';
import { indexIn } from '../core/plan/load/share.ts';
import { type Share } from '../core/plan/types.ts';
import { syntheticTurns } from '../core/plan/synthetic.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { AskedTokens, PromptUse, ValueUse } from '../core/record/run.ts';

/** Number of requests taken from the warm-up and from the run. */
interface Taken {
  readonly warmup: number;
  readonly run: number;
}

/** Returns the range of numbers that a run used for dynamic variables; undefined if no target has any. */
export function valueUse(
  { requests, valueStart = 0, plan }: RunInput,
  share: Share,
  taken: Taken,
): ValueUse | undefined {
  if (requests.every(({ dynamic = [] }) => dynamic.length === 0)) return undefined;
  // The run's numbers follow those of the whole warm-up, even if it was cut off.
  const upTo = taken.run > 0 ? plan.warmup + taken.run * share.of : taken.warmup * share.of;
  return { start: valueStart, taken: upTo };
}

/**
 * Returns how the prompts of each target were used; undefined for targets that aren't language models.
 * @param taken requests that took a prompt
 */
export function promptUses(
  { plan, targets, requests, promptStarts = [] }: RunInput,
  share: Share,
  taken: Taken,
): (PromptUse | undefined)[] {
  const distinct = requests.map(distinctPrompts);
  if (distinct.every((count) => count === undefined)) return [];
  const pickAny = targetPicker(
    targets.map(({ weight }) => weight),
    plan.seed,
  );
  const pick = (index: number): number => pickAny(indexIn(share, index));
  const counts = [taken.warmup, taken.run].map((requests) =>
    targets.length === 1 ? [requests] : requestsByTarget(pick, targets.length, requests),
  );
  return distinct.map((count, target) => {
    if (count === undefined) return undefined;
    const sent = counts.reduce((sum, each) => sum + (each[target] ?? 0), 0);
    const start = promptStarts[target] ?? 0;
    const request = requests[target];
    const asked =
      request && sent > 0
        ? {
            ...askedTokens(request, plan.seed, start, sent),
            ...askedByTurns(request, plan.seed, start, sent),
            ...plannedTurns(request, plan.seed, start, sent),
          }
        : {};
    return Object.assign(
      { distinct: count === Infinity ? distinctGenerated(request, start + sent) : count, start, sent },
      asked,
      dataSetOf(request?.prompts),
    );
  });
}

/** Returns how many of the first prompts differ. Generated ones never repeat, but those of a trace may consist of its blocks alone. */
function distinctGenerated(request: PreparedRequest | undefined, sent: number): number {
  const trace = request?.synthetic?.trace ?? request?.conversations?.generated?.synthetic.trace;
  if (trace === undefined) return sent;
  const { rows, blockTokens } = trace;
  const repeatable = new Set<string>();
  let distinct = 0;
  for (const [index, row] of rows.slice(0, sent).entries()) {
    const turns = [row, ...(row.later ?? [])];
    const isOfBlocks = turns.every(({ input = 0, blocks = [] }) => input <= blockTokens * blocks.length);
    if (isOfBlocks) repeatable.add(turns.map(({ input, blocks = [] }) => `${input}:${hashOf(blocks)}`).join());
    // A trace that is sent again has another text after its blocks.
    else distinct += Math.ceil((sent - index) / rows.length);
  }
  return distinct + repeatable.size;
}

/** Returns a hash of numbers. The blocks of a long prompt are too many for a text of them. */
const hashOf = (numbers: readonly number[]): string =>
  createHash('sha256').update(Float64Array.from(numbers)).digest('base64');

/** Returns the lengths requested by the prompts from `start` on; empty unless they are generated. */
function askedTokens(
  { synthetic }: PreparedRequest,
  seed: number,
  start: number,
  sent: number,
): Pick<PromptUse, 'askedInput' | 'askedOutput'> {
  if (synthetic === undefined) return {};
  const turnOf = syntheticTurns(synthetic, seed);
  const spreads = { input: createSpread(), output: createSpread() };
  for (let turn = start; turn < start + sent; turn++) {
    const { inputTokens, outputTokens } = turnOf(turn);
    if (inputTokens !== undefined) addTo(spreads.input, inputTokens);
    if (outputTokens !== undefined) addTo(spreads.output, outputTokens);
  }
  return {
    ...(generates(synthetic, 'input') && { askedInput: spreadOf(spreads.input, sent) }),
    ...(generates(synthetic, 'output') && { askedOutput: spreadOf(spreads.output, sent) }),
  };
}

/** Returns the lengths that the turns of generated conversations add, and those requested for responses; empty without any. */
function askedByTurns(
  { conversations }: PreparedRequest,
  seed: number,
  start: number,
  sent: number,
): Pick<PromptUse, 'askedInput' | 'askedOutput'> {
  if (conversations === undefined) return {};
  const lengthsOf = turnLengths(conversations, seed);
  if (lengthsOf === undefined) return {};
  const spreads = { input: createSpread(), output: createSpread() };
  let turns = 0;
  for (let number = start; number < start + sent; number++) {
    for (const { inputTokens = 0, outputTokens = 0 } of lengthsOf(number)) {
      turns += 1;
      addTo(spreads.input, inputTokens);
      addTo(spreads.output, outputTokens);
    }
  }
  return {
    ...(conversations.generated && { askedInput: spreadOf(spreads.input, turns) }),
    ...(asksExactLengths(conversations) && { askedOutput: spreadOf(spreads.output, turns) }),
  };
}

/** Returns the turns of the conversations `start` and after; empty without conversations. */
function plannedTurns(
  { conversations }: PreparedRequest,
  seed: number,
  start: number,
  sent: number,
): Pick<PromptUse, 'turns'> {
  const turnsOf = turnCounts({ ...(conversations && { conversations }) }, seed);
  if (turnsOf === undefined) return {};
  const spread = createSpread();
  for (let number = start; number < start + sent; number++) addTo(spread, turnsOf(number));
  return { turns: spreadOf(spread, sent) };
}

/** Returns the file of the prompts; empty without one. */
function dataSetOf(prompts: PreparedRequest['prompts']): Pick<PromptUse, 'dataSet'> {
  if (prompts?.dataSet === undefined) return {};
  const { counts, file, entries, sha256 } = prompts.dataSet;
  return {
    dataSet: {
      file,
      entries,
      kept: prompts.bodies.length,
      ...(sha256 !== undefined && { sha256 }),
      ...(counts && { inputTokens: counts.input }),
      ...(counts?.output && { answerTokens: counts.output }),
    },
  };
}

interface Spread {
  sum: number;
  min: number;
  max: number;
}

const createSpread = (): Spread => ({ sum: 0, min: Infinity, max: 0 });

function addTo(spread: Spread, value: number): void {
  spread.sum += value;
  spread.min = Math.min(spread.min, value);
  spread.max = Math.max(spread.max, value);
}

const spreadOf = ({ sum, min, max }: Spread, count: number): AskedTokens => ({ mean: sum / count, min, max });

/**
 * Returns the number of different bodies, Infinity if they are generated; undefined for other requests, and for bodies that are
 * new each time.
 */
function distinctPrompts(request: PreparedRequest): number | undefined {
  if (generates(request.synthetic, 'input')) return Infinity;
  const { conversations } = request;
  if (conversations !== undefined) return conversations.generated ? Infinity : conversations.list.length;
  if (request.prompts !== undefined) {
    return new Set(request.prompts.bodies.map((body) => Buffer.from(body).toString('latin1'))).size;
  }
  const { dialect, body, dynamic = [] } = request;
  return dialect === undefined || body === undefined || dynamic.length > 0 ? undefined : 1;
}
