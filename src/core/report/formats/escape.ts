const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as text, in an element or a quoted attribute. Control characters that no document may hold are left out. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']|(?![\t\n\r])\p{Cc}/gu, (character) => entities[character] ?? '');
}
