import { isObject } from '../json.ts';

/** Returns the names in a list of models in the format of OpenAI's API, or a similar one; none for another text. */
export function modelsIn(text: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  const list = isObject(json) ? (json['data'] ?? json['models']) : json;
  if (!Array.isArray(list)) return [];
  return list
    .map((one) => (isObject(one) ? (one['id'] ?? one['name']) : undefined))
    .filter((name) => typeof name === 'string');
}
