import * as v from 'valibot';
import { about, amountOrNull, count, numberOrNull, shareOrNull } from '../../schema.ts';
import { transportNames } from '../../vocabulary.ts';
import { healthBounds } from '../types.ts';

export const clientHealthSchema = v.object({
  eventLoopDelayP99Ms: about('Delay of the event loop, p99.', numberOrNull),
  eventLoopDelayMaxMs: about('Delay of the event loop, maximum.', numberOrNull),
  cpuShare: about('CPU time of the sending process / elapsed time; 1 = one core.', amountOrNull),
  connectionsOpened: about('Number of connections opened.', v.nullable(count)),
  connectionsReused: about('Requests sent on a used connection.', v.nullable(count)),
  scheduleLagP99Ms: about('Schedule lag, p99.', numberOrNull),
  littlesLawResidual: about("Little's law: |N − X × R| / N; null if nothing was in flight.", numberOrNull),
  loops: v.exactOptional(
    about(
      {
        description:
          'Number of event loops that sent, each in its own thread. Readings are those of the worst loop. This and all below are absent in older records.',
        minimum: 1,
      },
      v.nullable(count),
    ),
  ),
  idleDelayP99Ms: v.exactOptional(
    about('Delay of an idle thread, p99: the part of eventLoopDelayP99Ms that the machine adds.', amountOrNull),
  ),
  loopUtilisation: v.exactOptional(about('Utilization of the event loop.', shareOrNull)),
  dispatchGapP99Ms: v.exactOptional(
    about(
      'Dispatch gap, p99: time from handing a request to the transport to writing its bytes, over requests on a used connection; null without one.',
      amountOrNull,
    ),
  ),
  dispatchGapMaxMs: v.exactOptional(about('Dispatch gap, maximum.', amountOrNull)),
  ownStallMs: v.exactOptional(
    about('Longest pause of the event loop by its own work; 0 if none was over 10 ms.', amountOrNull),
  ),
  machineStallMs: v.exactOptional(
    about('Longest pause of the event loop by the machine; 0 if none was over 10 ms.', amountOrNull),
  ),
  stealShare: v.exactOptional(
    about("CPU steal: share of the machine's CPU time; null if the system doesn't report it.", shareOrNull),
  ),
  cpuPressureShare: v.exactOptional(
    about(
      "CPU pressure: share of the run in which a task waited for a core; null if the system doesn't report it.",
      amountOrNull,
    ),
  ),
  transport: v.exactOptional(
    about(
      'Transport: raw (the built-in HTTP client) or undici. Absent in older records and after a crash.',
      v.picklist(transportNames),
    ),
  ),
  bound: v.exactOptional(
    about(
      'Bottleneck other than the server. client: the sending process was the limit. machine: other work on its machine disturbed it. The warnings explain it; null if there was none.',
      v.nullable(v.picklist(healthBounds)),
    ),
  ),
  warnings: about('Plain sentences; empty without doubts about the client.', v.array(v.string())),
});
