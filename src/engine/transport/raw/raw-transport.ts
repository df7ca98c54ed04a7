import { createConnector } from '../connect.ts';
import { createLane } from '../lane.ts';
import type { Transport, TransportOptions } from '../transport.ts';
import { createRawLine } from './raw-line.ts';
import { discardBytes, prepareBytes } from './request-bytes.ts';
import { createTurn } from './turn.ts';

/**
 * Creates a transport that speaks HTTP/1.1 directly over sockets. It costs a fraction of a general client: no streams,
 * no promises, and no allocation per request beyond Node's sockets. It supports only the features that a load needs.
 */
export function createRawTransport({ keptPerLane, ...options }: TransportOptions): Transport {
  const connector = createConnector(options);
  const turn = createTurn();
  return {
    lane: () => createLane((origin) => createRawLine(origin, connector, turn, options), keptPerLane),
    prepare: prepareBytes,
    discard: discardBytes,
    close: () => connector.closeAll(),
    get opened() {
      return connector.opened;
    },
    takePhases: () => connector.takePhases(),
    get addresses() {
      return connector.addresses;
    },
  };
}
