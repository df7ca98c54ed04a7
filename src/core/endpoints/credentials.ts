import type { PreparedRequest } from './types.ts';
import { isCredentialHeader } from './known-words.ts';

const basic = /^basic[ \t]+(?:([^\s:]*):(.*)|(\S+)[ \t]+(\S.*))$/i;

/**
 * Returns the value of an `Authorization` header as it is sent. `Basic user:password` and `Basic user password` are
 * encoded, as in REST Client and JetBrains; other values don't change.
 */
export function encodedBasic(value: string): string {
  const match = basic.exec(value);
  if (match === null) return value;
  const [, user = '', password = '', word = '', rest = ''] = match;
  const pair = match[3] === undefined ? `${user}:${password}` : `${word}:${rest}`;
  return basicValue(pair);
}

/** Returns the `Authorization` value of `user:password`, encoded. */
export const basicValue = (pair: string): string =>
  `Basic ${btoa(Array.from(new TextEncoder().encode(pair), (byte) => String.fromCharCode(byte)).join(''))}`;

/** Schemes that respond to a challenge or sign the request, in the short form of other tools: followed by words. */
const handshake = /^(digest|ntlm|aws|oauth|openid|azure(?:ad)?(?:_|-)?\w*)[ \t]+(?![^,]*=)/i;

/** Returns the scheme of an `Authorization` value that a header alone can't satisfy; undefined if it can be sent. */
export const handshakeScheme = (value: string): string | undefined => handshake.exec(value)?.[1];

const queryName =
  /^(?:(?:.*[-_.])?(?:api[-_]?key|secret|password|passwd|pwd|sig|signature|credential|(?:access|api|auth|bearer|id|refresh|secret|security|session)[-_]?token)|token)$/i;
/** Minimum length of a `key=` that counts as a credential. A shorter one usually selects a resource. */
const longKey = 20;
const isSecretPair = (name: string, value: string): boolean =>
  queryName.test(name) || (name.toLowerCase() === 'key' && value.length >= longKey);
const queryPair = /([?&;])([^=&#;]+)=([^&#;]*)/g;

/** Returns the URL with the values of query parameters such as `api_key` replaced by `***`. Placeholders don't change. */
export const maskedUrl = (url: string): string =>
  url.includes('=')
    ? url.replace(queryPair, (whole, before: string, name: string, value: string) =>
        isSecretPair(name, value) && value !== '' && !value.includes('{{') ? `${before}${name}=***` : whole,
      )
    : url;

/**
 * Returns the value of a variable in a form that may be stored: `***` in place of credentials, which are recognized by
 * the variable's name or as part of an address in the value.
 */
export const maskedVariable = (name: string, value: string): string =>
  isSecretPair(name, value) || isCredentialHeader(name)
    ? '***'
    : maskedUrl(value).replace(/:\/\/[^/?#@\s]+@/, '://***@');

/** Returns the credentials in headers and URLs. Results must not contain them, because a server may echo them. */
export function credentialsOf(requests: readonly Pick<PreparedRequest, 'headers' | 'url'>[]): Set<string> {
  const found = new Set<string>();
  for (const { headers, url } of requests) {
    for (const [name, value] of headers) addHeader(found, name, value);
    if (!url.includes('=')) continue;
    for (const [, , name = '', value = ''] of url.matchAll(queryPair)) {
      if (!isSecretPair(name, value)) continue;
      found.add(value);
      found.add(decoded(value));
    }
  }
  found.delete('');
  return found;
}

function addHeader(found: Set<string>, name: string, value: string): void {
  if (name.toLowerCase() === 'cookie') {
    for (const pair of value.split(';')) found.add(pair.slice(pair.indexOf('=') + 1).trim());
    found.add(value);
    return;
  }
  if (!isCredentialHeader(name)) return;
  const credential = value.replace(/^\S+\s+/, '');
  found.add(value);
  found.add(credential);
  if (!/^basic\s/i.test(value)) return;
  const pair = unbase64(credential);
  const colon = pair.indexOf(':');
  if (colon < 0) return;
  found.add(pair);
  found.add(pair.slice(colon + 1));
}

function unbase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}

/** Returns a percent-encoded text decoded; unchanged if it can't be. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
