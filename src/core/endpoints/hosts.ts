import { withScheme } from './read/request-line.ts';

/** Returns a host name in the form of URL; undefined if it isn't a host. */
function canonical(hostname: string): string | undefined {
  const bare = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  const url = `http://${bare}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined;
}

/**
 * Returns whether requests to a host stay on this machine: `localhost`, `*.localhost`, 127.0.0.0/8, `::1`, the same
 * mapped to IPv6, and the unspecified addresses `0.0.0.0` and `::`, which connect a system to itself.
 */
export function isLoopback(hostname: string): boolean {
  const host = canonical(hostname);
  if (host === undefined) return false;
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  if (/^127(?:\.\d{1,3}){3}$/.test(host) || host === '0.0.0.0') return true;
  return host === '[::1]' || host === '[::]' || /^\[::ffff:(?:7f[0-9a-f]{2}:[0-9a-f]{1,4}|0:0)\]$/.test(host);
}

/** Returns the other hosts that requests are for, each once, as `host:port`. */
export function remoteHosts(requests: readonly { readonly url: string }[]): string[] {
  const hosts = new Set<string>();
  for (const { url } of requests) {
    const { protocol, hostname, port } = new URL(url);
    if (!isLoopback(hostname)) hosts.add(`${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`);
  }
  return [...hosts];
}

const origin = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/)?[^/?#]*/;

/**
 * Returns the remote hosts of URLs in a file, as far as known before all placeholders have a value.
 * @param resolve returns a text with its placeholders replaced; undefined if one has no value yet
 */
export function hostsKnownIn(urls: readonly string[], resolve: (text: string) => string | undefined): string[] {
  const origins = new Set(urls.map((url) => origin.exec(url)?.[0] ?? ''));
  const known = [...origins].flatMap((text) => {
    // The value of a placeholder may be more than an origin, and without a scheme.
    const url = withScheme(resolve(text) ?? '');
    return URL.canParse(url) ? [{ url }] : [];
  });
  return remoteHosts(known.filter(({ url }) => /^https?:/i.test(url)));
}
