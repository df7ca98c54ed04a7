/** What the answers are made of, one token each. Some are longer than one byte a letter, as real text is. */
const words =
  'The quick brown fox jumps over the lazy dog while a naïve reader counts 42 tokens – 東京 and 🙂 included – and then'.split(
    ' ',
  );

/** Token `index` of every answer: a word, after a space unless it is the first. */
function tokenText(index: number): string {
  const word = words[index % words.length] ?? '';
  return index === 0 ? word : ` ${word}`;
}

/** Tokens `from` up to, not including, `to`. */
export function tokensText(from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += tokenText(i);
  return text;
}

/** How many tokens a prompt counts: its words, at least one. */
export const countPromptTokens = (text: string): number => Math.max(1, text.match(/\S+/g)?.length ?? 0);
