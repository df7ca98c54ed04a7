import { isJson } from './json-body.ts';
import type { Draft } from './state.ts';
import { anyPlaceholder, withoutPlaceholders } from '../variables/variables.ts';

/** Turns a body that is a GraphQL query, with its variables as JSON after a blank line, into the JSON that servers take. */
export function withQuery(draft: Draft): void {
  if (draft.body?.kind !== 'inline') return;
  const { text } = draft.body;
  // A query may have blank lines: the variables are the first rest that is JSON.
  let split = text.search(/\n[^\S\n]*\n\s*\{/);
  while (split >= 0 && !isJson(withoutPlaceholders(text.slice(split)))) {
    const next = text.slice(split + 1).search(/\n[^\S\n]*\n\s*\{/);
    split = next < 0 ? -1 : split + 1 + next;
  }
  const query = quotedJson(split < 0 ? text : text.slice(0, split).trimEnd());
  const variables = split < 0 ? '' : `, "variables": ${text.slice(split).trim()}`;
  draft.body = { kind: 'inline', text: `{"query": ${query}${variables}}` };
}

/** As JSON.stringify, placeholders as they are: their quotes are not the text's. */
const quotedJson = (text: string): string =>
  JSON.stringify(text).replace(anyPlaceholder, (placeholder) => placeholder.replaceAll(String.raw`\"`, '"'));
