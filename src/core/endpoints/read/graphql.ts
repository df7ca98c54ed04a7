import { isJson } from './json-body.ts';
import type { Draft } from './state.ts';
import { anyPlaceholder, withoutPlaceholders } from '../variables/variables.ts';

/** Converts a GraphQL query, with its variables as JSON after a blank line, to the JSON that servers accept. */
export function withQuery(draft: Draft): void {
  if (draft.body?.kind !== 'inline') return;
  const { text } = draft.body;
  // A query may have blank lines: the variables start at the first one followed only by JSON.
  let split = text.search(/\n[^\S\n]*\n\s*\{/);
  while (split >= 0 && !isJson(withoutPlaceholders(text.slice(split)))) {
    const next = text.slice(split + 1).search(/\n[^\S\n]*\n\s*\{/);
    split = next < 0 ? -1 : split + 1 + next;
  }
  const query = quotedJson(split < 0 ? text : text.slice(0, split).trimEnd());
  const variables = split < 0 ? '' : `, "variables": ${text.slice(split).trim()}`;
  draft.body = { kind: 'inline', text: `{"query": ${query}${variables}}` };
}

/** Returns a text as JSON, with unchanged placeholders: their quotes aren't part of the text. */
const quotedJson = (text: string): string =>
  JSON.stringify(text).replace(anyPlaceholder, (placeholder) => placeholder.replaceAll(String.raw`\"`, '"'));
