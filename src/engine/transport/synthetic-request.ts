import { lengthMark, promptMark } from '../../core/endpoints/llm/synthetic-marks.ts';
import type { Synthetic } from '../../core/endpoints/types.ts';
import { syntheticTexts, syntheticTurns } from '../../core/plan/synthetic.ts';
import type { WireRequest } from './transport.ts';

const marks = [promptMark, String(lengthMark)] as const;
type Mark = (typeof marks)[number];

/**
 * Returns a request whose generated prompt and number of output tokens are new for each turn. Without any, the request is
 * returned unchanged, at no extra cost.
 */
export function withSynthetic(request: WireRequest, synthetic: Synthetic | undefined, seed: number): WireRequest {
  if (synthetic === undefined) return request;
  const turnOf = syntheticTurns(synthetic, seed);
  const textOf = syntheticTexts(synthetic, seed);
  const templates = new WeakMap<WireRequest, readonly (Buffer | Mark)[]>();
  return {
    ...request,
    variantAt(number, turn) {
      const base = request.variantAt?.(number, turn) ?? request;
      let template = templates.get(base);
      if (template === undefined) templates.set(base, (template = cut(base.body ?? Buffer.alloc(0))));
      const asked = turnOf(turn);
      const { variantAt: _, ...rest } = base;
      const body = Buffer.concat(
        template.flatMap((part): readonly Uint8Array[] => {
          if (part === promptMark) return textOf(turn, asked);
          return [typeof part === 'string' ? Buffer.from(String(asked.outputTokens)) : part];
        }),
      );
      return { ...rest, body, ...(asked.outputTokens !== undefined && { askedTokens: asked.outputTokens }) };
    },
  };
}

/** Splits a body at its marks. */
function cut(body: Buffer): readonly (Buffer | Mark)[] {
  const parts: (Buffer | Mark)[] = [];
  let from = 0;
  for (;;) {
    const [next] = marks
      .map((mark) => ({ mark, at: body.indexOf(mark, from) }))
      .filter(({ at }) => at >= 0)
      .toSorted((a, b) => a.at - b.at);
    if (next === undefined) break;
    parts.push(body.subarray(from, next.at), next.mark);
    from = next.at + next.mark.length;
  }
  return [...parts, body.subarray(from)];
}
