import { isLoopback } from '../endpoints/hosts.ts';
import { hasConversations } from '../endpoints/llm/check-llm.ts';
import { answerLengths, type PreparedRequest, type Target } from '../endpoints/types.ts';
import { LoadlensError } from '../errors.ts';
import type { RunPlan } from './types.ts';

/** What a plan has to know of a target. */
export interface PlannedTarget {
  readonly name: string;
  /** Undefined if it isn't known yet. */
  readonly url: string | undefined;
  readonly hasConversations: boolean;
  /** Directive for which a tokenizer has to count; undefined without one. */
  readonly counting: 'prompts-tokens' | 'output-tokens' | undefined;
}

/** Returns what a plan has to know of a target that is ready to be sent. */
export const plannedRequest = ({ url, conversations, prompts }: PreparedRequest, name: string): PlannedTarget => ({
  name,
  url,
  hasConversations: conversations !== undefined,
  counting: prompts?.uncounted && (prompts.uncounted.range ? 'prompts-tokens' : 'output-tokens'),
});

/** Returns the same of a target in a file, before other files are read. */
export const plannedTarget = ({ name, llm }: Target, url: string | undefined): PlannedTarget => ({
  name,
  url,
  hasConversations: llm !== undefined && hasConversations(llm),
  counting:
    llm?.promptsTokens !== undefined
      ? 'prompts-tokens'
      : llm?.outputTokens === answerLengths
        ? 'output-tokens'
        : undefined,
});

/** Checks that targets and plan fit together. @throws LoadlensError */
export function checkRun(plan: RunPlan, targets: readonly PlannedTarget[]): void {
  if (plan.trace !== undefined && targets.length > 1) {
    throw new LoadlensError('A trace needs a file with one target.', {
      hint: 'Remove the other targets, or run one of them.',
      directive: 'trace',
    });
  }
  if (plan.conversations !== undefined && !targets.some(({ hasConversations }) => hasConversations)) {
    throw new LoadlensError('There are no conversations to count: no target has any.', {
      hint: 'Add # @conversations or # @turns above the target, or plan a number of requests.',
      directive: 'conversation-count',
    });
  }
  const counted = targets.find(({ counting }) => counting !== undefined);
  if (plan.tokenizer === undefined && counted !== undefined) throw noTokenizer(counted);
  checkMetrics(plan, targets);
}

/** Returns the error of a target whose prompts have to be counted without a tokenizer. */
export const noTokenizer = ({ name, counting }: Pick<PlannedTarget, 'name' | 'counting'>): LoadlensError =>
  new LoadlensError(`The prompts of "${name}" need a tokenizer to count their tokens.`, {
    hint: 'Add # @tokenizer o200k_base above the first target, or use --tokenizer.',
    ...(counting && { directive: counting }),
  });

/** @throws LoadlensError if metrics are on a host that isn't allowed, or if series have no address */
function checkMetrics({ metricsUrl, series }: RunPlan, targets: readonly PlannedTarget[]): void {
  if (series !== undefined && metricsUrl === undefined) {
    throw new LoadlensError('Series need the address of the metrics that have them.', {
      hint: 'Add # @metrics or --server-metrics, such as http://127.0.0.1:8000/metrics.',
      directive: 'series',
    });
  }
  for (const metrics of metricsUrl?.trim().split(/\s+/) ?? []) {
    const { hostname } = new URL(metrics);
    // A host that isn't known yet may be this one.
    const isAllowed = ({ url }: PlannedTarget): boolean => url === undefined || new URL(url).hostname === hostname;
    if (isLoopback(hostname) || targets.some(isAllowed)) continue;
    throw new LoadlensError(`Metrics of ${hostname} can't be read: it isn't the host of a target.`, {
      hint: 'Use a URL on this machine or on the host of a target.',
      directive: 'metrics',
    });
  }
}
