import type { Dialect } from './dialect.ts';

/** Any server-sent events: each that has data counts as a token. */
export const sse: Dialect = {
  framing: 'events',
  contentTypes: ['event-stream'],
  read(data, event, story) {
    if (event === 'error') story.fail(data);
    else if (data.trim() === '[DONE]') story.finish(true);
    else if (data !== '') story.chunk(data.length, 0, undefined);
  },
};
