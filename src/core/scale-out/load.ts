import * as v from 'valibot';
import { maskedUrl } from '../endpoints/credentials.ts';
import { filesOf } from '../endpoints/llm/prepare-llm.ts';
import type { Target } from '../endpoints/types.ts';
import { placeholderPattern } from '../endpoints/variables/variables.ts';
import { isCredentialHeader } from '../endpoints/known-words.ts';
import { LoadlensError } from '../errors.ts';
import type { RunPlan } from '../plan/types.ts';
import { runSchema } from '../record/read-run.ts';
import type { Source } from '../record/run.ts';

export const loadSchema = 'loadlens.load/1';

/** Workers that a load can be shared out to. */
export const mostShares = 100;

/** A load that several workers send together, as data: what `load.json` holds. No secret is in it. */
export interface SharedLoad {
  readonly schema: typeof loadSchema;
  /** Tells the results of this load from those of another. */
  readonly id: string;
  /** Version of Loadlens that wrote it. */
  readonly loadlens: string;
  /** Name for people: the file, or the one target's name. */
  readonly name: string;
  /** The whole load. */
  readonly plan: RunPlan;
  /** How many workers share it. */
  readonly shares: number;
  /** `{{$env NAME}}` and `{{$secret NAME}}` still stand in them. */
  readonly targets: readonly Target[];
  /** Whether language models without a `@stream` are asked for a stream; absent: as their body has it. */
  readonly stream?: boolean;
  /** What their body and prompt files hold, in base64, by path as written. */
  readonly files: Readonly<Record<string, string>>;
  readonly source: Source | null;
}

/**
 * A load to be shared out. Throws a LoadlensError when it can't be divided among so many, or when a credential stands in it
 * in plain text, for it would be written into a file.
 * @param read the bytes of a body or prompt file in base64, by path as written; one that can't be read was refused before
 * @param inlined secret values that the targets may contain as they are
 */
export function makeLoad(
  parts: Omit<SharedLoad, 'schema' | 'files'>,
  read: (path: string) => string | undefined,
  inlined: readonly string[] = [],
): SharedLoad {
  const { plan, shares, targets } = parts;
  const workers = shares === 1 ? '1 worker' : `${shares} workers`;
  if (shares > plan.concurrency) {
    const hint =
      plan.loadModel === 'open'
        ? 'Share it out to fewer workers, or allow more requests in flight.'
        : 'Share it out to fewer workers, or raise the concurrency.';
    throw new LoadlensError(`${workers} can't share ${plan.concurrency} requests in flight.`, { hint });
  }
  if (plan.requests !== null && shares > plan.requests) {
    throw new LoadlensError(`${workers} can't share ${plan.requests} requests.`, {
      hint: 'Share them out to fewer workers, or send more requests.',
    });
  }
  for (const { name, headers, url } of targets) {
    const header = headers.find(([key, value]) => isCredentialHeader(key) && !hasPlaceholder(value))?.[0];
    const plain = header !== undefined ? `header ${header}` : url === maskedUrl(url) ? undefined : 'key in the address';
    if (plain === undefined) continue;
    throw new LoadlensError(`The ${plain} of “${name}” would be written into a file as it is.`, {
      hint: 'Write {{$secret NAME}} or {{$env NAME}} in its place: its value then comes from the environment of each worker.',
    });
  }
  const whole = JSON.stringify(targets);
  if (inlined.some((value) => whole.includes(JSON.stringify(value).slice(1, -1)))) {
    throw new LoadlensError('Values of http-client.private.env.json would be written into a file as they are.', {
      hint: 'Use {{$secret NAME}} or {{$env NAME}} for them: their values then come from the environment of each worker.',
    });
  }
  const files: Record<string, string> = {};
  for (const path of targets.flatMap(filesOf)) {
    const content = read(path);
    if (content !== undefined) files[path] = content;
  }
  return { schema: loadSchema, ...parts, files };
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

/** Checks what claims to be a load. */
export function readLoad(json: unknown): SharedLoad {
  const result = v.safeParse(load, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new LoadlensError(`load.json is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}.`, {
    hint: 'Export the load again.',
  });
}
