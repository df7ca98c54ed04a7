import * as v from 'valibot';
import { about, amount, positiveCount } from '../../schema.ts';

const phaseSchema = v.object({
  count: about('Number of connections.', positiveCount),
  meanMs: about('Mean.', amount),
  p50Ms: about('Median.', amount),
  maxMs: about('Maximum.', amount),
});

/** Phases of new connections; see `Connections`. */
export const connectionsSchema = v.object({
  dns: v.exactOptional(about('From the start of the connection to the first address of its name.', phaseSchema)),
  connect: v.exactOptional(
    about('From there, or from the start if the host is an address, to the TCP connection.', phaseSchema),
  ),
  tls: v.exactOptional(about('From there to the end of the TLS handshake.', phaseSchema)),
});
