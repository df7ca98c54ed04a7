/** Converts the tokens of one output into text, and finds stop strings. */
export interface Detokenizer {
  /** Returns the text that is final: complete characters, without the beginning of a stop string. `stopped` if one is found. */
  push(token: number): { readonly text: string; readonly stopped: boolean };
  /** Returns the text that was held back, at the end of the output. */
  end(): string;
}

/**
 * Returns a detokenizer for one output.
 * @param bytesOf returns the bytes of a token (none for special tokens)
 * @param minTokens number of tokens before stop strings count; the text before isn't searched
 */
export function createDetokenizer(
  bytesOf: (token: number) => Uint8Array,
  stops: readonly string[],
  minTokens = 0,
): Detokenizer {
  // In stream mode, the decoder keeps the first bytes of an incomplete character.
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

/** Returns the length of the longest end of the text that is the beginning of a stop string. */
function overlap(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (stop.startsWith(text.slice(text.length - length))) longest = length;
    }
  }
  return longest;
}
