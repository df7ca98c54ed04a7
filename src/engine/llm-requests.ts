import { parseObject } from '../core/endpoints/json.ts';
import { maskSecrets } from '../core/endpoints/mask.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { LlmRequest } from '../core/record/run.ts';

/** Returns the format, path, and model of each request to a language model, without secrets; undefined for other requests. */
export function llmRequestsOf({
  requests,
  secrets,
}: Pick<RunInput, 'requests' | 'secrets'>): (LlmRequest | undefined)[] {
  return requests.map(({ dialect, url, body }) => {
    if (dialect === undefined) return undefined;
    const model = body === undefined ? undefined : modelIn(body);
    return {
      dialect,
      path: maskSecrets(new URL(url).pathname, secrets),
      ...(model !== undefined && { model: maskSecrets(model, secrets) }),
    };
  });
}

/** Returns the model that a body names; undefined if it names none, or isn't JSON. */
function modelIn(body: Uint8Array): string | undefined {
  const model = parseObject(body)?.['model'];
  return typeof model === 'string' ? model : undefined;
}
