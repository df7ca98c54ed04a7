import type { Writer } from './api.ts';

/** Returns the writer of a response without output tokens, which is never streamed. */
export const pooledWriter = (body: object): Writer => ({
  whole: () => body,
  opening: () => '',
  piece: () => '',
  closing: () => '',
});
