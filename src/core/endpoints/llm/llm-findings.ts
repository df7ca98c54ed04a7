import { recognizeApi } from './llm-api.ts';
import type { Findings } from '../problems.ts';
import type { Target } from '../types.ts';
import { withoutPlaceholders } from '../variables/variables.ts';
import { bodylessMethods } from '../known-words.ts';

/** Reports findings about a request to a language model. Sends nothing. */
export function reportLlm({ method, url, body, llm, range }: Target, report: Findings): void {
  if (llm?.dialect !== undefined || bodylessMethods.has(method)) return;
  const address = withoutPlaceholders(url);
  if (!URL.canParse(address) || !/^https?:/i.test(address)) return;
  const prompts = [llm?.prompts, llm?.inputTokens, llm?.conversations].some((given) => given !== undefined);
  const json = jsonOf(body);
  if (json === undefined && !prompts) return;
  const { api, completed, asksModel } = recognizeApi(address, json, prompts);
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
    const hint = 'Add # @dialect openai or ollama above it, or # @dialect plain if only latency matters.';
    const message = 'The body is for a language model, but the API is unknown from the path. Only latency is measured.';
    report.warning('unknown-api', range, message, hint);
  }
}

/** Returns an inline body that's a JSON object; undefined for others. Body files are read only for a run. */
function jsonOf(body: Target['body']): Readonly<Record<string, unknown>> | undefined {
  if (body?.kind !== 'inline') return undefined;
  try {
    const json: unknown = JSON.parse(body.text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}
