/** Names of the servers that come with Loadlens. */
export type BundledServerId = 'mock' | 'gpt2';

/** What a file that was made for a bundled server is told by. */
export interface BundledPlace {
  readonly id: BundledServerId;
  /** Where it listens, or would. */
  readonly port: number;
}

/** What each server calls itself in words, where it listens unless told, and the paths that it answers. */
export const bundledServers: Readonly<
  Record<BundledServerId, { readonly title: string; readonly port: number; readonly paths: ReadonlySet<string> }>
> = {
  mock: {
    title: 'mock server',
    port: 5000,
    paths: new Set([
      '/hello',
      '/sleeper',
      '/tokenizer',
      '/update_config',
      '/health',
      '/metrics',
      '/v1/completions',
      '/v1/chat/completions',
      '/v1/models',
    ]),
  },
  gpt2: {
    title: 'GPT-2 server',
    port: 5001,
    paths: new Set(['/tokenizer', '/health', '/metrics', '/v1/completions', '/v1/chat/completions', '/v1/models']),
  },
};

/** Names of where the servers listen. */
const ownHosts = new Set(['127.0.0.1', 'localhost', '0.0.0.0']);

/** Returns true if an address leads to where a server with this port listens. */
export function leadsTo(url: URL, port: number): boolean {
  return ownHosts.has(url.hostname) && url.protocol === 'http:' && Number(url.port || '80') === port;
}

/** Returns true if all requests are ones that this server answers: their numbers would be taken for that server's. */
export function isMadeFor(requests: readonly { readonly url: string }[], { id, port }: BundledPlace): boolean {
  return requests.every((request) => {
    const url = new URL(request.url);
    return leadsTo(url, port) && bundledServers[id].paths.has(url.pathname);
  });
}

/**
 * Returns which server responds instead of a bundled one, as a sentence; undefined if it is the bundled one.
 * @param said what the server that answers calls itself; empty when it doesn't
 */
export function otherServerSentence(said: string, { host }: URL, id: BundledServerId): string | undefined {
  if (said === `loadlens-${id}`) return undefined;
  const name = said.slice(0, 80).replace(/[^ -~]/g, '?');
  return `${name === '' ? 'Another server' : name} responds on ${host}, not the Loadlens ${bundledServers[id].title}.`;
}
