/** Names of the servers that come with Loadlens. */
export type BundledServerId = 'mock' | 'gpt2';

/** A bundled server, and the port by which a file made for it is recognized. */
export interface BundledPlace {
  readonly id: BundledServerId;
  /** Port that it listens on, or would listen on. */
  readonly port: number;
}

/** Name, default port, and paths of each server. */
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

/** Host names of the servers. */
const ownHosts = new Set(['127.0.0.1', 'localhost', '0.0.0.0']);

/** Returns whether a URL is on this machine, at a port. */
export function leadsTo(url: URL, port: number): boolean {
  return ownHosts.has(url.hostname) && url.protocol === 'http:' && Number(url.port || '80') === port;
}

/** Returns whether all requests are for a bundled server. Another server at its port would give misleading results. */
export function isMadeFor(requests: readonly { readonly url: string }[], { id, port }: BundledPlace): boolean {
  return requests.every((request) => {
    const url = new URL(request.url);
    return leadsTo(url, port) && bundledServers[id].paths.has(url.pathname);
  });
}

/**
 * Returns which server responds instead of a bundled one, as a sentence; undefined if it is the bundled one.
 * @param said name that the responding server sends; empty without one
 */
export function otherServerSentence(said: string, { host }: URL, id: BundledServerId): string | undefined {
  if (said === `loadlens-${id}`) return undefined;
  const name = said.slice(0, 80).replace(/[^ -~]/g, '?');
  return `${name === '' ? 'Another server' : name} responds on ${host}, not the Loadlens ${bundledServers[id].title}.`;
}
