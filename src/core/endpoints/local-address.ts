import { isLoopback } from './hosts.ts';
import type { Target } from './types.ts';

/** Scheme and user, then host and port of an address. */
const authority = /^(https?:\/\/(?:[^/?#@]*@)?)(\[[^\]]*\]|[^/?#:@]*)(?::(\d+))?(?=[/?#]|$)/i;

/** Returns the ports of this machine that targets go to, as far as the file says so, each once. */
export function localPorts(targets: readonly Pick<Target, 'url'>[]): number[] {
  return [...new Set(targets.flatMap(({ url }) => localPort(url) ?? []))];
}

/** Returns the targets with those that go to this machine sent to another address of it, such as `127.0.0.1:41234`. */
export function withLocalAddress<T extends Pick<Target, 'url'>>(targets: readonly T[], address: string): T[] {
  return targets.map((target) =>
    localPort(target.url) === undefined
      ? target
      : { ...target, url: target.url.replace(authority, (_, start: string) => `${start}${address}`) },
  );
}

function localPort(url: string): number | undefined {
  const [, start = '', host = '', port] = authority.exec(url) ?? [];
  if (start === '' || !isLoopback(host)) return undefined;
  return Number(port ?? (start.toLowerCase().startsWith('https') ? 443 : 80));
}
