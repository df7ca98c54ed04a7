const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for an element or a quoted attribute. Removes control characters that aren't allowed in a document. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']|(?![\t\n\r])\p{Cc}/gu, (character) => entities[character] ?? '');
}
