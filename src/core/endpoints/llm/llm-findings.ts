import { parseObject, type Json } from '../json.ts';
import { choosesOutput } from './check-llm.ts';
import { recognizeApi } from './llm-api.ts';
import type { Findings } from '../problems.ts';
import type { RunDefaults, Target } from '../types.ts';
import { directiveRanges } from '../directives/read-directive.ts';
import { withoutPlaceholders } from '../variables/variables.ts';
import { bodylessMethods } from '../known-words.ts';

/** Reports findings about a request to a language model. Sends nothing. */
export function reportLlm({ method, url, body, llm, range }: Target, report: Findings): void {
  const { prompts, isModel } = chosenBy(llm);
  if (bodylessMethods.has(method)) {
    // Directives add a body. One in the file has its own warning.
    if (body === undefined && isModel)
      report.warning('body-on-get', range, `Many servers reject a ${method} request with a body.`, 'Use POST.');
    return;
  }
  if (llm?.dialect !== undefined) return;
  const address = withoutPlaceholders(url);
  if (!URL.canParse(address) || !/^https?:/i.test(address)) return;
  const json = jsonOf(body);
  if (json === undefined && !prompts) return;
  const { api, completed, asksModel } = recognizeApi(address, json, prompts, isModel);
  if (completed !== undefined) {
    const message = `This is a base URL. Requests are sent to ${new URL(completed).pathname}.`;
    report.warning(
      'base-url',
      range,
      message,
      'Write the complete URL, or use # @dialect plain to send to it unchanged.',
    );
  } else if (api !== undefined && api.dialect === undefined) {
    const hint = "Use the server's OpenAI-compatible URL if it has one, or add # @dialect plain above it.";
    const message = `The ${api.name} API isn't supported. Only latency is measured.`;
    report.warning('unread-api', range, message, hint);
  } else if (api === undefined && asksModel && !prompts) {
    if (recognizeApi(address, json, false, true).api?.dialect === 'messages') {
      const message = 'The body has no max_tokens, which the Messages API requires. Only latency is measured.';
      report.warning('unknown-api', range, message, 'Add it, or # @max-tokens above the target.');
      return;
    }
    const hint = 'Add # @dialect openai or ollama above it, or # @dialect plain if only latency matters.';
    const message = 'The body is for a language model, but the API is unknown from the path. Only latency is measured.';
    report.warning('unknown-api', range, message, hint);
  }
}

/** Returns an inline body that's a JSON object; undefined for others. Body files are read only for a run. */
const jsonOf = (body: Target['body']): Json | undefined =>
  body?.kind === 'inline' ? parseObject(body.text) : undefined;

/** Options of the load, which a trace sets. */
const loadOptions = [
  ['rate', 'ratePerS'],
  ['stages', 'stages'],
  ['concurrency', 'concurrency'],
  ['arrivals', 'arrivals'],
  ['burstiness', 'burstiness'],
] as const satisfies readonly (readonly [string, keyof RunDefaults])[];

/** Reports options of the run that have no effect on any target. */
export function reportIdleOptions(
  lines: readonly string[],
  targets: readonly Target[],
  defaults: RunDefaults,
  report: Findings,
): void {
  const warn = (name: string, why: string, hint: string): void => {
    const above = lines.slice(0, targets[0]?.range.start.line);
    const range = directiveRanges(above, 0).findLast((one) => one.name === name)?.whole;
    if (range !== undefined) report.warning('unused-directive', range, `@${name} has no effect: ${why}.`, hint);
  };
  const hasTrace = targets.some(({ llm }) => llm?.trace !== undefined);
  for (const [name, option] of hasTrace ? loadOptions : []) {
    if (defaults[option] === undefined) continue;
    const hint = 'Remove it. To send the lengths of the trace without its times, use --rate or --concurrency.';
    warn(name, 'the trace sets the times of requests', hint);
  }
  if (!hasTrace && defaults.traceSpeed !== undefined)
    warn('trace-speed', 'no target has a trace', 'Remove it, or add # @trace above the target.');
  if (defaults.tokenizer !== undefined && !targets.some(mayBeModel))
    warn('tokenizer', 'no target is a language model', 'Remove it, or add # @dialect above the target.');
}

/** Returns whether directives add prompts to a target, and whether they say that it is for a language model. */
function chosenBy(llm: Target['llm'] = {}): { readonly prompts: boolean; readonly isModel: boolean } {
  const prompts = [llm.prompts, llm.inputTokens, llm.conversations].some((given) => given !== undefined);
  return { prompts, isModel: prompts || choosesOutput(llm) };
}

/** Returns whether a target may be a language model. A body in a file is read only for a run. */
function mayBeModel({ method, url, body, llm }: Target): boolean {
  if (llm?.dialect !== undefined) return llm.dialect !== 'plain';
  if (llm?.trace !== undefined) return true;
  const address = withoutPlaceholders(url);
  if ((body !== undefined && body.kind !== 'inline') || !URL.canParse(address)) return true;
  const { prompts, isModel } = chosenBy(llm);
  return (
    !bodylessMethods.has(method) && recognizeApi(address, jsonOf(body), prompts, isModel).api?.dialect !== undefined
  );
}
