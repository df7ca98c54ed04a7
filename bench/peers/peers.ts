import { findAb } from './ab.ts';
import { findAiohttp } from './aiohttp.ts';
import { findAutocannon } from './autocannon.ts';
import { findHey } from './hey.ts';
import { installMissing } from './install.ts';
import { findLoadlens } from './loadlens.ts';
import type { Peer } from './peer.ts';
import { findWrk } from './wrk.ts';

/** Programs of others that have to be installed, and Debian's package of each. */
const installable = [
  { name: 'wrk', debianPackage: 'wrk', find: findWrk },
  { name: 'ab', debianPackage: 'apache2-utils', find: findAb },
  { name: 'hey', debianPackage: 'hey', find: findHey },
  { name: 'aiohttp', debianPackage: 'python3-aiohttp', find: findAiohttp },
] as const;

/** Everyone who can take part, and a sentence for each who can't. Installs what is missing where that is possible. */
export function gatherPeers(): { readonly peers: readonly Peer[]; readonly leftOut: readonly string[] } {
  const refusal = installMissing(installable.filter(({ find }) => find() === undefined));
  const found = installable.map(({ name, debianPackage, find }) => ({ name, debianPackage, peer: find() }));
  return {
    peers: [findLoadlens('raw'), findLoadlens('undici'), ...found.flatMap(({ peer }) => peer ?? []), findAutocannon()],
    leftOut: found
      .filter(({ peer }) => peer === undefined)
      .map(({ name, debianPackage }) => `${name} (Debian: ${debianPackage}) was left out: ${refusal}`),
  };
}
