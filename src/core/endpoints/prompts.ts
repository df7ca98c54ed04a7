/** A text, or members that are laid over the body. */
export type Prompt = string | Readonly<Record<string, unknown>>;

/**
 * The prompts of a file: each line of a `.jsonl` (or `.ndjson`) file is a JSON text or object, of any other file a text.
 * Empty lines are skipped. `fail` is called with what is wrong and what to do.
 */
export function readPrompts(
  path: string,
  bytes: Uint8Array | undefined,
  fail: (message: string, hint: string) => never,
): Prompt[] {
  if (bytes === undefined) {
    return fail(
      `The prompts file ${path} can't be read.`,
      'Check the path; it counts from the folder of the endpoints file.',
    );
  }
  const asJson = /\.(?:jsonl|ndjson)$/i.test(path);
  const prompts: Prompt[] = [];
  for (const [index, line] of new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.trim() === '') continue;
    prompts.push(asJson ? readLine(line, `${path}:${index + 1}`, fail) : line);
  }
  if (prompts.length === 0) return fail(`The prompts file ${path} is empty.`, 'Write a prompt on each line.');
  return prompts;
}

function readLine(line: string, place: string, fail: (message: string, hint: string) => never): Prompt {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  const hint = 'Write a JSON text or object on each line, for example {"prompt": "Once upon a time"}.';
  return fail(`${place} is neither a JSON text nor a JSON object.`, hint);
}
