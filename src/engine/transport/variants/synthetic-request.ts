import { lengthMark, promptMark } from '../../../core/endpoints/llm/synthetic-marks.ts';
import type { Synthetic } from '../../../core/endpoints/types.ts';
import { syntheticTexts, syntheticTurns } from '../../../core/plan/synthetic.ts';
import { wholeOf } from '../body-bytes.ts';
import type { WireRequest } from '../transport.ts';
import { cutAtMarks } from './body-marks.ts';

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
      if (template === undefined) templates.set(base, (template = cutAtMarks(bodyOf(base), marks)));
      const asked = turnOf(turn);
      const { variantAt: _, ...rest } = base;
      const body = template.flatMap((part): readonly Uint8Array[] => {
        if (part === promptMark) return textOf(turn, asked);
        return [typeof part === 'string' ? Buffer.from(String(asked.outputTokens)) : part];
      });
      const { inputTokens, outputTokens } = asked;
      return {
        ...rest,
        body,
        ...(outputTokens !== undefined && { askedTokens: outputTokens }),
        ...(inputTokens !== undefined && { template: { body: bodyOf(base), generatedTokens: inputTokens } }),
      };
    },
  };
}

const bodyOf = ({ body }: WireRequest): Buffer => wholeOf(body ?? []);
