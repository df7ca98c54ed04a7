import * as v from 'valibot';
import { maskedUrl } from '../endpoints/credentials.ts';
import { hasConversations } from '../endpoints/llm/check-llm.ts';
import { filesOf } from '../endpoints/llm/prepare-llm.ts';
import { answerLengths, type Target } from '../endpoints/types.ts';
import { placeholderPattern } from '../endpoints/variables/variables.ts';
import { isCredentialHeader } from '../endpoints/known-words.ts';
import { LoadlensError } from '../errors.ts';
import { isVocabulary, vocabularyNames } from '../values/llm/tokenizers.ts';
import type { RunPlan } from '../plan/types.ts';
import { withFixedLength } from '../plan/until.ts';
import { runSchema } from '../record/schemas/run-schema.ts';
import type { Source } from '../record/run.ts';

export const loadSchema = 'loadlens.load/1';

/** Maximum number of workers of a load. */
export const mostShares = 100;

/** The load of several workers, as data: the content of `load.json`. It holds no secrets. */
export interface SharedLoad {
  readonly schema: typeof loadSchema;
  /** Appears in the counters of this load's workers. */
  readonly id: string;
  /** Version of Loadlens that wrote it. */
  readonly loadlens: string;
  /** Shown name: the file, or the only target's name. */
  readonly name: string;
  /** The plan of all workers together. */
  readonly plan: RunPlan;
  /** Number of workers, 1 to 100. */
  readonly shares: number;
  /** Their `{{$env NAME}}` and `{{$secret NAME}}` aren't resolved. */
  readonly targets: readonly Target[];
  /** Response mode of LLM targets without `@stream`; absent: as their body says. */
  readonly stream?: boolean;
  /** The targets' body and prompt files in base64, by path as written. */
  readonly files: Readonly<Record<string, string>>;
  readonly source: Source | null;
}

/**
 * Returns a load for several workers.
 * @param read returns a body or prompt file in base64, by path as written; unreadable files have been refused before
 * @param inlined secret values that the targets may contain in plain text
 * @throws LoadlensError if there are more workers than requests, or a credential would be written to a file in plain text
 */
export function makeLoad(
  parts: Omit<SharedLoad, 'schema' | 'files'>,
  read: (path: string) => string | undefined,
  inlined: readonly string[] = [],
): SharedLoad {
  const { shares, targets } = parts;
  // Workers see only their own responses, so none can tell when the whole run is known.
  const plan = withFixedLength(parts.plan);
  const workers = shares === 1 ? '1 worker' : `${shares} workers`;
  if (shares > plan.concurrency) {
    const hint =
      plan.loadModel === 'open'
        ? 'Use fewer workers, or allow more requests in flight.'
        : 'Use fewer workers, or raise the concurrency.';
    throw new LoadlensError(`${workers} can't share ${plan.concurrency} requests in flight.`, { hint });
  }
  if (plan.requests !== null && shares > plan.requests) {
    throw new LoadlensError(`${workers} can't share ${plan.requests} requests.`, {
      hint: 'Use fewer workers, or send more requests.',
    });
  }
  const conversing = targets.find(({ llm }) => llm !== undefined && hasConversations(llm));
  if (conversing !== undefined) {
    throw new LoadlensError(`“${conversing.name}” has conversations, which several workers can't share.`, {
      hint: 'Run it on one machine, or use # @prompts.',
    });
  }
  const traced = plan.trace && targets.find(({ llm }) => llm?.trace !== undefined);
  if (traced !== undefined) {
    throw new LoadlensError(`“${traced.name}” replays a trace, which several workers can't share.`, {
      hint: 'Run it on one machine. A concurrency or rate, such as --rate 50, sends its lengths without its times.',
    });
  }
  checkTokenizer(targets, plan);
  for (const { name, headers, url } of targets) {
    const header = headers.find(([key, value]) => isCredentialHeader(key) && !hasPlaceholder(value))?.[0];
    const plain = header !== undefined ? `header ${header}` : url === maskedUrl(url) ? undefined : 'key in the address';
    if (plain === undefined) continue;
    throw new LoadlensError(`The ${plain} of “${name}” would be written to a file in plain text.`, {
      hint: 'Use {{$secret NAME}} or {{$env NAME}}: its value then comes from the environment of each worker.',
    });
  }
  const whole = JSON.stringify(targets);
  if (inlined.some((value) => whole.includes(JSON.stringify(value).slice(1, -1)))) {
    throw new LoadlensError('Values of http-client.private.env.json would be written to a file in plain text.', {
      hint: 'Use {{$secret NAME}} or {{$env NAME}} for them: their values then come from the environment of each worker.',
    });
  }
  const files: Record<string, string> = {};
  for (const path of targets.flatMap(filesOf)) {
    const content = read(path);
    if (content !== undefined) files[path] = content;
  }
  return { schema: loadSchema, ...parts, plan, files };
}

/** @throws LoadlensError for prompts that can't be chosen or generated without a tokenizer */
function checkTokenizer(targets: readonly Target[], { tokenizer }: RunPlan): void {
  const counting = targets.find(({ llm }) => llm?.promptsTokens !== undefined || llm?.outputTokens === answerLengths);
  if (counting !== undefined) {
    throw new LoadlensError(`“${counting.name}” needs a tokenizer, which the workers don't have.`, {
      hint: `Remove @prompts-tokens and @output-tokens ${answerLengths}, or run it on one machine.`,
    });
  }
  if (tokenizer === undefined || isVocabulary(tokenizer)) return;
  const generated = targets.find(({ llm }) => (llm?.inputTokens ?? llm?.trace) !== undefined);
  if (generated !== undefined) {
    throw new LoadlensError(
      `“${generated.name}” has prompts for the tokenizer ${tokenizer}, which the workers don't have.`,
      {
        hint: `Use ${vocabularyNames.join(', ')}, or run it on one machine.`,
      },
    );
  }
}

const hasPlaceholder = (text: string): boolean => text.search(placeholderPattern) >= 0;

const { plan, targets, source } = runSchema.entries;
const position = v.object({ line: v.number(), character: v.number() });

const target = v.object({
  name: v.string(),
  method: v.string(),
  url: v.string(),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.exactOptional(
    v.variant('kind', [
      v.object({
        kind: v.literal('inline'),
        text: v.string(),
        untyped: v.exactOptional(v.literal(true)),
      }),
      v.object({ kind: v.literal('file'), path: v.string() }),
      v.object({
        kind: v.literal('parts'),
        parts: v.array(v.union([v.object({ text: v.string() }), v.object({ path: v.string() })])),
      }),
    ]),
  ),
  weight: v.number(),
  objectives: plan.entries.objectives,
  llm: targets.item.entries.llm,
  variables: v.exactOptional(v.record(v.string(), v.string())),
  range: v.object({ start: position, end: position }),
});

const load = v.object({
  schema: v.literal(loadSchema),
  id: v.string(),
  loadlens: v.string(),
  name: v.string(),
  plan,
  shares: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostShares)),
  targets: v.pipe(v.array(target), v.minLength(1)),
  stream: v.exactOptional(v.boolean()),
  files: v.record(v.string(), v.string()),
  source,
});

/** Returns the load of a `load.json`. @throws LoadlensError if it's damaged */
export function readLoad(json: unknown): SharedLoad {
  const result = v.safeParse(load, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new LoadlensError(`load.json is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}.`, {
    hint: 'Export the load again.',
  });
}
