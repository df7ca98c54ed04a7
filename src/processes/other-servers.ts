import { get } from 'node:http';
import { isMadeFor, otherServerSentence, type BundledPlace } from '../core/endpoints/bundled-servers.ts';

/** Longest wait for an answer, ms. */
const mostMs = 500;

/**
 * Asks who answers where requests are all made for one of these servers. Returns one sentence for each that another server
 * answers for; nothing when none does, or no one answers at all.
 */
export async function otherServers(
  requests: readonly { readonly url: string }[],
  expected: readonly BundledPlace[],
): Promise<string[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const address = new URL(first.url);
  const sentences = await Promise.all(
    expected.map(async (place) => {
      const said = isMadeFor(requests, place) ? await serverAt(address) : undefined;
      return said === undefined ? undefined : otherServerSentence(said, address, place.id);
    }),
  );
  return sentences.filter((sentence) => sentence !== undefined);
}

/** Returns what the server at an address calls itself, empty when it doesn't; undefined when nothing answers in time. */
function serverAt({ hostname, port }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: hostname, port, path: '/health', agent: false, timeout: mostMs }, (response) => {
      resolve(String(response.headers['server'] ?? ''));
      response.destroy();
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}
