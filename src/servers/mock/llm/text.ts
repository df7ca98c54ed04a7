/** Words of all responses, one token each. Some have more bytes than letters, as real text does. */
const words =
  'The quick brown fox jumps over the lazy dog while a naïve reader counts 42 tokens – 東京 and 🙂 included – and then'.split(
    ' ',
  );

/** Returns token `index` of each response, without the space before it. */
export const outputToken = (index: number): string => words[index % words.length] ?? '';

/** Returns the text of tokens `from` up to, not including, `to`. */
export function tokensText(from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += i === 0 ? outputToken(i) : ` ${outputToken(i)}`;
  return text;
}

/** Returns the tokens of a text: its words, or one empty token. */
export const tokensOf = (text: string): readonly string[] => text.match(/\S+/g) ?? [''];
