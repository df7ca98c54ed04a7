/** Turns the tokens of one answer into text as they come, and looks for stop strings. */
export interface Detokenizer {
  /** Text that is certain: whole characters, and no beginning of a stop string. `stopped` when one was found. */
  push(token: number): { readonly text: string; readonly stopped: boolean };
  /** What was held back, at the end of the answer. */
  end(): string;
}

/**
 * Starts an answer. `bytesOf` gives each token's bytes (none for special tokens).
 * @param minTokens tokens before a stop string counts; text before that is not searched
 */
export function createDetokenizer(
  bytesOf: (token: number) => Uint8Array,
  stops: readonly string[],
  minTokens = 0,
): Detokenizer {
  // A decoder in stream mode keeps the first bytes of a character until the rest has come.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held = '';
  let pushed = 0;
  const release = (text: string): { text: string; stopped: boolean } => {
    held += text;
    let at = -1;
    for (const stop of stops) {
      const found = held.indexOf(stop);
      if (found >= 0 && (at < 0 || found < at)) at = found;
    }
    if (at >= 0) {
      const before = held.slice(0, at);
      held = '';
      return { text: before, stopped: true };
    }
    const keep = overlap(held, stops);
    const certain = held.slice(0, held.length - keep);
    held = held.slice(held.length - keep);
    return { text: certain, stopped: false };
  };
  return {
    push: (token) => {
      const text = decoder.decode(bytesOf(token), { stream: true });
      pushed += 1;
      return pushed < minTokens ? { text, stopped: false } : release(text);
    },
    end: () => {
      const rest = held + decoder.decode();
      held = '';
      return rest;
    },
  };
}

/** The length of the longest end of the text with which a stop string begins. */
function overlap(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (stop.startsWith(text.slice(text.length - length))) longest = length;
    }
  }
  return longest;
}
