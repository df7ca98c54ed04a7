import type { ErrorKind } from '../../core/metrics/types.ts';

/** Why a response failed although its status means success. */
export interface ResponseFailure {
  readonly kind: ErrorKind;
  /** In the server's words if it has any. */
  readonly text: string;
}

/** Maximum number of characters shown of an unreadable response. */
export const maxShown = 300;

/** Returns why a response that is neither JSON nor events can't be read. */
export function notRead(text: string): ResponseFailure {
  const shown = text.trim();
  if (shown === '') return { kind: 'noToken', text: 'The response is empty.' };
  if (!shown.startsWith('<')) {
    return {
      kind: 'responseError',
      text: `The response is neither JSON nor server-sent events: ${shown.slice(0, maxShown)}`,
    };
  }
  const title = /<(?:title|h1)[^>]*>\s*([^<]+)/i.exec(shown)?.[1]?.trim();
  return {
    kind: 'responseError',
    text: `The response is a web page, not JSON: ${(title ?? shown).slice(0, maxShown)}`,
  };
}

/** Returns why a response that starts like JSON can't be read. */
export function invalidJson(text: string): ResponseFailure {
  if (text.trim() === '') return { kind: 'noToken', text: 'The response is empty.' };
  return isCutOff(text)
    ? { kind: 'unfinished', text: `The JSON of the response ends early: …${text.slice(-maxShown)}` }
    : { kind: 'responseError', text: `The response isn't valid JSON: ${text.slice(0, maxShown)}` };
}

/** Returns true if a JSON text ends inside an object, a list, or a string. */
function isCutOff(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    if (isText && letter === '\\') i += 1;
    else if (letter === '"') isText = !isText;
    else if (isText) continue;
    else if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') depth -= 1;
  }
  return isText || depth > 0;
}
