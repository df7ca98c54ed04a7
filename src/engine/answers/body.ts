import { bodyLimits } from '../../core/values/limits.ts';
import { isJson, parsed } from './dialects/json.ts';
import { count, type Usage } from './dialects/usage.ts';
import { decode } from './encoding.ts';
import type { Note } from '../transport/server-notes.ts';
import type { Head } from '../transport/transport.ts';

const tokensKey = Buffer.from('"output_tokens"');

/** Keeps the needed bytes of one response at a time. */
export interface BodyKeeper {
  /** Starts a response and decides how much of it is kept. */
  begin(head: Head, failed: boolean): void;
  add(chunk: Uint8Array): void;
  /** Returns the tokens that a JSON response counts in the field `output_tokens`. */
  usage(): Usage | undefined;
  /** Returns the start of the body as text. `cut`: there was more. */
  text(): { readonly text: string; readonly cut: boolean };
}

/** Creates a keeper whose buffer grows as needed and is reused: one per slot, no allocation per response. */
export function createBodyKeeper(note: Note): BodyKeeper {
  let buffer = Buffer.alloc(0);
  let length = 0;
  let limit = 0;
  let cut = false;
  let json = false;
  let type: string | undefined;
  let encoding: string | undefined;

  const decoded = (): Buffer => decode(buffer.subarray(0, length), encoding ?? '', note);

  return {
    begin(head, failed) {
      const said = head.get('content-type');
      if (said !== type) {
        type = said;
        json = said?.toLowerCase().includes('json') ?? false;
      }
      length = 0;
      cut = false;
      limit = json ? bodyLimits.jsonBytes : failed ? bodyLimits.sampleBytes : 0;
      encoding = limit > 0 ? head.get('content-encoding') : undefined;
    },
    add(chunk) {
      if (limit === 0 || cut) return;
      const room = limit - length;
      const taken = chunk.byteLength > room ? chunk.subarray(0, room) : chunk;
      cut = taken.byteLength < chunk.byteLength;
      if (length + taken.byteLength > buffer.byteLength) {
        const larger = Buffer.allocUnsafeSlow(Math.min(limit, Math.max(1_024, 2 * (length + taken.byteLength))));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      buffer.set(taken, length);
      length += taken.byteLength;
    },
    usage() {
      if (!json || length === 0) return undefined;
      if (cut) {
        note(`sends JSON of more than ${bodyLimits.jsonBytes / 1_024} KiB, which isn't searched for output_tokens`);
        return undefined;
      }
      const bytes = encoding === undefined ? buffer.subarray(0, length) : decoded();
      return bytes.includes(tokensKey) ? tokensIn(bytes) : undefined;
    },
    text: () => ({ text: decoded().toString(), cut }),
  };
}

function tokensIn(bytes: Buffer): Usage | undefined {
  const json = parsed(bytes.toString());
  const tokens = isJson(json) ? count(json['output_tokens']) : undefined;
  return tokens === undefined ? undefined : { source: 'output_tokens', tokens };
}
