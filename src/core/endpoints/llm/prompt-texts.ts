import { isObject, type Json } from '../json.ts';
import type { DialectName } from '../types.ts';
import { requestsOf } from './api-requests.ts';

/** What a model reads of a request, without what its server adds. */
export interface PromptTexts {
  readonly texts: readonly string[];
  /** Tokens that the request has as numbers. */
  readonly tokens: number;
  /** The server puts the texts into its chat template, which has tokens of its own. */
  readonly isTemplated: boolean;
}

/** Members with something else that a model reads, whose tokens depend on the server. */
const others = [
  'tools',
  'functions',
  'images',
  'image_data',
  'audio',
  'context',
  'suffix',
  'previous_response_id',
] as const;

/** Thrown for a part that isn't text. */
class Uncountable extends Error {}

/**
 * Returns the texts of a request's prompt; undefined if a model reads more than these, such as an image or tools. A reranker reads
 * the query with each document.
 */
export function promptTexts(dialect: DialectName, json: Json): PromptTexts | undefined {
  if (others.some((name) => !isEmpty(json[name]))) return undefined;
  try {
    const parts = partsOf(dialect, json);
    const texts = parts.filter((part) => typeof part === 'string');
    return { texts, tokens: parts.length - texts.length, isTemplated: isTemplated(dialect, json) };
  } catch (error) {
    if (error instanceof Uncountable) return undefined;
    throw error;
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

const isTemplated = (dialect: DialectName, json: Json): boolean =>
  dialect === 'messages' ||
  dialect === 'responses' ||
  dialect === 'gemini' ||
  (dialect === 'ollama' && json['raw'] !== true) ||
  'messages' in json;

/** Returns the texts and single tokens of a prompt. */
function partsOf(dialect: DialectName, json: Json): (string | number)[] {
  if (dialect === 'gemini') {
    const { contents, systemInstruction = json['system_instruction'] } = json;
    const system = systemInstruction === undefined ? [] : [systemInstruction];
    return [...system, ...listIn(contents)].flatMap((content) =>
      contentsOf(isObject(content) ? content['parts'] : content),
    );
  }
  if (dialect === 'rerank') {
    return listIn(json['documents'] ?? json['texts']).flatMap((document) => contentsOf([json['query'], document]));
  }
  const first = json['system'] ?? json['instructions'];
  const system = first === undefined || dialect === 'embeddings' ? [] : contentsOf(first);
  if (Array.isArray(json['messages'])) return [...system, ...contentsOf(json['messages'])];
  const member = requestsOf(dialect).prompt(json);
  return [...system, ...contentsOf(json[member] ?? json['input_ids'])];
}

const listIn = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw new Uncountable();
};

/** Returns the texts in a text, a token, a message, a part of one, or a list of them. */
function contentsOf(value: unknown): (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => contentsOf(one));
  if (!isObject(value) || !isEmpty(value['tool_calls']) || !isEmpty(value['images'])) throw new Uncountable();
  if ('content' in value) return value['content'] === null ? [] : contentsOf(value['content']);
  return contentsOf(value['text']);
}
