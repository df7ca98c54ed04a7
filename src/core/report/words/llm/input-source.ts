import { formatNumber, withoutZeros } from '../../../format.ts';
import type { RunRecord } from '../../../record/run.ts';
import { inputsAgree } from '../../../record/token-check.ts';

/** Parts of a record that say who counted its input tokens. */
export type InputSource = Pick<RunRecord, 'inputTokenSource' | 'plan'> & Partial<Pick<RunRecord, 'inputCheck'>>;

/** Returns who counted the input tokens of a run; undefined if nobody did, and for older records. */
export function inputSourceText({ inputTokenSource, inputCheck, plan }: InputSource): string | undefined {
  const tokenizer = plan.tokenizer ?? 'the tokenizer';
  if (inputTokenSource === undefined) return undefined;
  if (inputTokenSource === 'tokenizer') {
    return `counted by the local tokenizer ${tokenizer} in the prompts, without what the server adds, such as a chat template`;
  }
  if (inputCheck === undefined || !inputsAgree(inputCheck)) return 'reported by the server';
  const { reported, counted, responses, templated } = inputCheck;
  const each = (reported - counted) / responses;
  if (Math.abs(each) < 0.05) return `reported by the server; ${tokenizer} counts the same`;
  const more = each > 0 ? 'more' : 'fewer';
  const why = each > 0 ? ` (${templated > 0 ? 'a chat template adds tokens' : 'servers add special tokens'})` : '';
  return `reported by the server, ${withoutZeros(formatNumber(Math.abs(each)))} ${more} per request than ${tokenizer} counts in the prompts${why}`;
}
