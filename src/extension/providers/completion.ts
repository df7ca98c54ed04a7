import {
  CompletionItem,
  CompletionItemKind,
  languages,
  Range,
  SnippetString,
  type Disposable,
  type Position,
  type TextDocument,
} from 'vscode';
import { directives, directiveText, suggestionsOf } from '../../core/endpoints/directives/directives.ts';
import { dynamicExamples } from '../../core/endpoints/variables/dynamic.ts';
import { commonHeaders, methods } from '../../core/endpoints/known-words.ts';
import { endpointsSelector, parseDocument } from '../services/workspace/documents.ts';
import type { Secrets } from '../services/workspace/secrets.ts';

const requestLine = /^[A-Z]+\s+\S/;
const headerLine = /^[\w-]+\s*:/;
const comment = /^\s*(#|\/\/)/;
const variableLine = /^@([\w.-]+)\s*=/;
/** How far up a variable or a request line is looked for. */
const mostLinesUp = 200;

function item(label: string, kind: CompletionItemKind, range: Range, insert: string | SnippetString): CompletionItem {
  const made = new CompletionItem(label, kind);
  made.range = range;
  made.insertText = insert;
  return made;
}

/** Escapes text for a snippet. */
const literal = (text: string): string => text.replaceAll(/[\\$}]/g, String.raw`\$&`);

/** Directives for a line. Those of the whole run are allowed only above the first target. */
function directiveItems(document: TextDocument, line: number, range: Range): CompletionItem[] {
  const first = parseDocument(document).targets[0]?.range.start.line ?? Infinity;
  return directives
    .filter(({ place }) => place !== 'file' || line < first)
    .map((directive) => {
      const { name, example } = directive;
      const made = item(
        `@${name}`,
        CompletionItemKind.Keyword,
        range,
        new SnippetString(`@${name} \${1:${literal(example)}}`),
      );
      made.documentation = directiveText(directive);
      made.filterText = `@${name}`;
      return made;
    });
}

function valueItems(directive: string, typed: string, from: (length: number) => Range): CompletionItem[] {
  const { replaces, values } = suggestionsOf(directive, typed);
  return values.map(({ text, help }, index) => {
    const made = item(text, CompletionItemKind.Value, from(replaces), text);
    made.sortText = String(index).padStart(3, '0');
    if (help !== undefined) made.documentation = help;
    return made;
  });
}

/** Completions between `{{` and `}}`. */
function placeholderItems(
  document: TextDocument,
  line: number,
  range: Range,
  close: string,
  secretNames: readonly string[],
): CompletionItem[] {
  const names = new Set<string>();
  for (let at = Math.max(0, line - mostLinesUp); at < line; at += 1) {
    const name = variableLine.exec(document.lineAt(at).text)?.[1];
    if (name !== undefined) names.add(name);
  }
  const secrets = secretNames.map((name) => `$secret ${name}`);
  const env = item('$env', CompletionItemKind.Variable, range, new SnippetString(`\\$env \${1:NAME}${close}`));
  env.detail = 'Environment variable, masked in results';
  const secret = item('$secret', CompletionItemKind.Variable, range, new SnippetString(`\\$secret \${1:NAME}${close}`));
  secret.detail = 'Kept by the editor’s secret storage, masked in results';
  const dotenv = item('$dotenv', CompletionItemKind.Variable, range, new SnippetString(`\\$dotenv \${1:NAME}${close}`));
  dotenv.detail = 'Value of the .env file beside this file, masked in results';
  const dynamic = dynamicExamples.map(([written, what]) => {
    const made = item(written, CompletionItemKind.Function, range, `${written}${close}`);
    made.documentation = what;
    return made;
  });
  return [
    ...[...names, ...secrets].map((name) => item(name, CompletionItemKind.Variable, range, `${name}${close}`)),
    env,
    secret,
    dotenv,
    ...dynamic,
  ];
}

/** True when the lines above, up to a blank one, are a request line and its headers. */
function belowRequestLine(document: TextDocument, line: number): boolean {
  for (let at = line - 1; at >= Math.max(0, line - mostLinesUp); at -= 1) {
    const { text } = document.lineAt(at);
    if (requestLine.test(text)) return true;
    if (!headerLine.test(text) && !comment.test(text)) return false;
  }
  return false;
}

function headerItems(range: Range): CompletionItem[] {
  return commonHeaders.map(({ name, values }) => {
    const made = item(name, CompletionItemKind.Field, range, `${name}: `);
    made.sortText = `0${name}`;
    // Where values are known, the list opens again for them.
    if (values.length > 0) made.command = { command: 'editor.action.triggerSuggest', title: '' };
    return made;
  });
}

function methodItems(range: Range): CompletionItem[] {
  return methods.map((method, index) => {
    const made = item(method, CompletionItemKind.Method, range, `${method} `);
    made.sortText = `1${String(index).padStart(2, '0')}`;
    return made;
  });
}

async function complete(document: TextDocument, position: Position, secrets: Secrets): Promise<CompletionItem[]> {
  const { text } = document.lineAt(position.line);
  const before = text.slice(0, position.character);
  const from = (length: number): Range => new Range(position.translate(0, -length), position);

  const open = /\{\{([^{}]*)$/.exec(before);
  if (open !== null) {
    const close = text.startsWith('}}', position.character) ? '' : '}}';
    return placeholderItems(document, position.line, from((open[1] ?? '').length), close, await secrets.names());
  }
  const directive = /^\s*(?:#|\/\/)\s*(@[\w-]*)?$/.exec(before);
  if (directive !== null) return directiveItems(document, position.line, from((directive[1] ?? '').length));
  const [, name, value = ''] = /^\s*(?:#|\/\/)\s*@([\w-]+)[ \t]+(.*)$/.exec(before) ?? [];
  if (name !== undefined) return valueItems(name, value, from);

  const header = /^([\w-]+)\s*:\s*([^{}]*)$/.exec(before);
  if (header !== null) {
    const known = commonHeaders.find(({ name }) => name.toLowerCase() === header[1]?.toLowerCase());
    return (known?.values ?? []).map((value) =>
      item(value, CompletionItemKind.Value, from((header[2] ?? '').length), value),
    );
  }
  if (/^[\w-]*$/.test(before)) {
    const range = from(before.length);
    return [...(belowRequestLine(document, position.line) ? headerItems(range) : []), ...methodItems(range)];
  }
  return [];
}

/** Methods, common headers and their values, directives, variables. */
export function registerCompletion(secrets: Secrets): Disposable {
  return languages.registerCompletionItemProvider(
    endpointsSelector,
    { provideCompletionItems: (document, position) => complete(document, position, secrets) },
    '@',
    '{',
    '#',
    ' ',
  );
}
