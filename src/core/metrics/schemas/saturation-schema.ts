import * as v from 'valibot';
import { about, amount } from '../../schema.ts';

/** Whether the server kept up with an arrival rate; see `Saturation`. */
export const saturationSchema = v.object({
  overSaturated: about(
    'True: outstanding requests (in flight or queued) surely kept growing, by at least 5% of the arrivals.',
    v.boolean(),
  ),
  fromMs: about('Start of the judged part, ms from the start of the clock. Before it, the run filled up.', amount),
  toMs: about('End of the judged part, ms from the start of the clock.', amount),
  duePerS: about('Requests that became due in this part, per second.', amount),
  answeredPerS: about('Responses in this part, per second: the achieved rate.', amount),
  growth: about('Growth of the outstanding requests, as a share of those that became due.', v.number()),
  leastGrowth: about('Lower end of its one-sided interval (99%, or 99.9% before the planned end).', v.number()),
  endedEarly: v.exactOptional(about('True: the run ended because of this, before its planned end.', v.boolean())),
});
