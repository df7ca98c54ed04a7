import { errorWords, readObject, toolCallSize, type Dialect } from './dialect.ts';
import { objectIn, sizeOf } from './json.ts';
import { usageIn } from './usage.ts';

/** Completions and chat completions of OpenAI and the many servers that speak like it. */
export const openai: Dialect = {
  framing: 'events',
  contentTypes: ['event-stream'],
  read(data, event, story) {
    const trimmed = data.trim();
    if (trimmed === '') return;
    if (trimmed === '[DONE]') {
      story.finish(true);
      return;
    }
    if (event === 'error' && !data.startsWith('{')) {
      story.fail(data);
      return;
    }
    const json = readObject(data, story);
    if (json === undefined) return;
    const { error, choices } = json;
    if (event === 'error' || (error !== undefined && error !== null)) {
      story.fail(errorWords(error ?? json));
      return;
    }
    const usage = usageIn(json);
    let size = 0;
    let reasoning = 0;
    let tokens = 0;
    let finished = 0;
    const list: readonly unknown[] = Array.isArray(choices) ? choices : [];
    for (const choice of list) {
      const { text, delta, logprobs, finish_reason: reason } = objectIn(choice);
      if (sizeOf(reason) > 0) finished += 1;
      const {
        content,
        reasoning_content: thought,
        reasoning: alsoThought,
        refusal,
        tool_calls: calls,
      } = objectIn(delta);
      // Servers that send both members send the same text twice.
      const thinking = sizeOf(thought) || sizeOf(alsoThought);
      reasoning += thinking;
      size += sizeOf(text) + sizeOf(content) + sizeOf(refusal) + thinking + toolCallSize(calls);
      const { content: chatTokens, tokens: textTokens } = objectIn(logprobs);
      const listed = chatTokens ?? textTokens;
      tokens += Array.isArray(listed) ? listed.length : 0;
    }
    // Usage beside content is the count so far (vLLM's continuous_usage_stats).
    if (size > 0) story.chunk(size, reasoning, tokens > 0 ? tokens : usage?.tokens);
    if (usage !== undefined) story.usage(usage);
    if (finished > 0) story.finish(false);
  },
};
