import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** Runs `run` while this process trusts the certificate of the test servers. */
export async function whileTrusted<T>(run: () => Promise<T>): Promise<T> {
  const trusted = tls.getCACertificates();
  tls.setDefaultCACertificates([readFileSync(new URL('../fixtures/tls/cert.pem', import.meta.url), 'utf8')]);
  try {
    return await run();
  } finally {
    tls.setDefaultCACertificates(trusted);
  }
}
