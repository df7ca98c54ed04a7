import { get } from 'node:http';
import { isMadeFor, otherServerSentence, type BundledPlace } from '../core/endpoints/bundled-servers.ts';

/** Maximum wait for a response, ms. */
const mostMs = 500;

/**
 * Checks which server is at the address of requests that are all made for one of these servers. Returns a sentence for each
 * address with another server; none if no server responds.
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
      const said = isMadeFor(requests, place) ? await nameOfServerAt(address.hostname, address.port) : undefined;
      return said === undefined ? undefined : otherServerSentence(said, address, place.id);
    }),
  );
  return sentences.filter((sentence) => sentence !== undefined);
}

/** Returns the name of the server at an address, empty if it has none; undefined without a response in time. */
export function nameOfServerAt(host: string, port: number | string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/health', agent: false, timeout: mostMs }, (response) => {
      resolve(String(response.headers['server'] ?? ''));
      response.destroy();
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}
