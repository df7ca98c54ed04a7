import type { Asked } from './api.ts';

/** Returns a request whose response is a result of the prompt, without output tokens; it's never streamed. */
export const pooledRequest = (
  model: string | null | undefined,
  prompt: readonly string[],
  bodyOf: (model: string) => object,
): Asked => ({
  model: model ?? undefined,
  prompt,
  maxTokens: undefined,
  stream: false,
  pooled: true,
  writer: (result) => ({
    whole: () => bodyOf(result.model),
    opening: () => '',
    piece: () => '',
    closing: () => '',
  }),
});
