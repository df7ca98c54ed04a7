import { createConnector } from '../connect.ts';
import { createLane } from '../lane.ts';
import type { Transport, TransportOptions } from '../transport.ts';
import { createRawLine } from './raw-line.ts';
import { createTurn } from './turn.ts';

/**
 * HTTP/1.1 straight over sockets, at a fraction of what a general client costs: no streams, no promises, no allocation per
 * request beside what Node's sockets make. It knows what a load needs and no more.
 */
export function createRawTransport({ keptPerLane, ...options }: TransportOptions): Transport {
  const connector = createConnector(options);
  const turn = createTurn();
  return {
    lane: () => createLane((origin) => createRawLine(origin, connector, turn, options), keptPerLane),
    close: () => connector.closeAll(),
    get opened() {
      return connector.opened;
    },
    get addresses() {
      return connector.addresses;
    },
  };
}
