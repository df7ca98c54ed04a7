import type { DialectName } from '../../core/endpoints/types.ts';
import { canInflate } from '../encoding.ts';
import type { Head, WireRequest } from '../transport.ts';
import type { Dialect } from './dialect.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { sse } from './sse.ts';

/** Every dialect there is. A new one is one file here and one line in this list. */
const dialects: Readonly<Record<DialectName, Dialect>> = { openai, ollama, sse };

/**
 * The dialect that a successful answer streams in; undefined for one that is read as a whole. What the server says of it
 * decides, and where it says nothing of use, what was asked for. One in an unknown encoding is read as a whole too.
 */
export function streamDialect({ dialect, streams }: WireRequest, head: Head): Dialect | undefined {
  if (dialect === undefined) return undefined;
  const encoding = head.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity' && !canInflate(encoding)) return undefined;
  const known = dialects[dialect];
  const type = head.get('content-type')?.toLowerCase() ?? '';
  if (known.contentTypes.some((part) => type.includes(part))) return known;
  return streams === true && !type.includes('json') ? known : undefined;
}
