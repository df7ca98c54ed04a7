import { byteCharacters } from './byte-level.ts';

/** Frequent words, one token each, so that a prompt has about as many tokens as with the real vocabulary. */
const words = `the of and to in a is that for it as was with be by on not he his but at are this have from or had an
they which one you were her all she there would their we him been has when who will more no if out so said what up its
about into than them can only other new some could time these two may then do first any my now such like our over man
me even most made after also did many before must through back years where much your way well down should because each
just those people mr how too little state good very make world still own see men work long get here between both life
being under never day same another know while last might us great old year off come since against go came right used
take three capital france city quantum computing briefly explain describe language model water energy simple story
write short question answer name country history science computer data number small large example`.split(/\s+/);
const openers = ['Hello', 'What', 'Explain', 'The', 'How', 'Why', 'Write', 'Tell', 'In', 'This', 'It', 'Describe'];
const vocabularySize = 50_257;
const lower = 'abcdefghijklmnopqrstuvwxyz'.split('');
const digits = '0123456789'.split('');

/** Returns a byte-level BPE of GPT-2's size as tokenizer.json: words first, then all pairs and triples of letters. */
export function syntheticTokenizer(): { readonly tokenizer: object; readonly config: object } {
  const vocabulary = new Map<string, number>(byteCharacters.map((character, id) => [character, id]));
  const merges: string[] = [];
  const limit = vocabularySize - 1;
  const merge = (left: string, right: string) => {
    const token = left + right;
    if (vocabulary.size >= limit || vocabulary.has(token)) return;
    if (!vocabulary.has(left) || !vocabulary.has(right)) throw new Error(`No token ${left} or ${right} to merge.`);
    vocabulary.set(token, vocabulary.size);
    merges.push(`${left} ${right}`);
  };
  const space = byteCharacters[32] ?? ' ';
  const upper = lower.map((letter) => letter.toUpperCase());
  for (const word of [...words.map((word) => space + word), ...openers]) {
    for (let end = 1; end < word.length; end++) merge(word.slice(0, end), word.charAt(end));
  }
  for (const letter of [...lower, ...upper, ...digits]) merge(space, letter);
  for (const set of [lower, digits]) {
    for (const a of set) for (const b of set) merge(a, b);
    for (const a of set) for (const b of set) for (const c of set) merge(a + b, c);
    for (const a of set) for (const b of set) merge(space, a + b);
    for (const a of set) for (const b of set) for (const c of set) merge(space, a + b + c);
  }
  for (const a of upper) for (const b of lower) merge(a, b);
  for (const a of lower) {
    for (const b of lower) for (const c of lower) for (const d of lower) merge(a + b + c, d);
  }
  const end = '<|endoftext|>';
  vocabulary.set(end, limit);
  const special = { id: limit, content: end, single_word: false, lstrip: false, rstrip: false, normalized: true };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [{ ...special, special: true }],
      normalizer: null,
      pre_tokenizer: byteLevel,
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        vocab: Object.fromEntries(vocabulary),
        merges,
      },
    },
    config: {
      tokenizer_class: 'GPT2Tokenizer',
      model_max_length: 1024,
      add_prefix_space: false,
      bos_token: end,
      eos_token: end,
      unk_token: end,
    },
  };
}
