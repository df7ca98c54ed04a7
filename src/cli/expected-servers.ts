import { bundledServers, type BundledPlace } from '../core/endpoints/bundled-servers.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { Screen } from './output/measure.ts';
import { otherServers } from '../processes/other-servers.ts';

/** The bundled servers with their default ports. */
const expected: readonly BundledPlace[] = [
  { id: 'mock', port: bundledServers.mock.port },
  { id: 'gpt2', port: bundledServers.gpt2.port },
];

/** Reports servers that respond in place of a bundled one. Returns the input with these remarks. */
export async function withOtherServers<T extends Pick<RunInput, 'requests' | 'notes'>>(
  input: T,
  screen: Pick<Screen, 'note'>,
): Promise<T> {
  const found = await otherServers(input.requests, expected);
  for (const sentence of found) screen.note(sentence);
  return found.length === 0 ? input : { ...input, notes: [...(input.notes ?? []), ...found] };
}
