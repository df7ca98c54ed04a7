import * as v from 'valibot';
import { about, count, numberOrNull, positiveCount } from '../schema.ts';
import { arrivalProcesses, objectiveSchema, precisionGoalSchema, stageSchema, transportNames } from '../vocabulary.ts';

/** All settings of a run except its targets; see `RunPlan`. */
export const planSchema = v.object({
  loadModel: about(
    'closed: a request leaves as soon as a slot is free. open: requests leave at scheduled times.',
    v.picklist(['closed', 'open']),
  ),
  arrivals: v.exactOptional(
    about('Open model: equal gaps, a Poisson process, or gamma-distributed gaps.', v.picklist(arrivalProcesses)),
  ),
  burstiness: v.exactOptional(
    about({ description: 'Shape of the gaps of gamma arrivals; absent for others.', exclusiveMinimum: 0 }, v.number()),
  ),
  stages: v.exactOptional(
    about('Open model: parts of the run in which the arrival rate changes linearly.', v.array(stageSchema)),
  ),
  atOnce: v.exactOptional(
    about(
      'True: open model with an infinite rate. All requests are due at the start, and there are no stages. Absent: false.',
      v.boolean(),
    ),
  ),
  trace: v.exactOptional(
    about(
      'Open model: the trace whose times the requests leave at. Then there are no stages.',
      v.object({
        file: about('File as written, relative to the endpoints file.', v.string()),
        speed: about('Times are divided by this.', v.number()),
        format: v.exactOptional(
          about('Format of the file.', v.picklist(['mooncake', 'bailian', 'azure', 'burstgpt', 'loadlens'])),
        ),
        requests: v.exactOptional(about('Requests in the file; absent above 1,000,000.', count)),
        spanMs: v.exactOptional(about('Time from the first to the last planned request, at this speed.', v.number())),
      }),
    ),
  ),
  requests: about('Number of planned requests; null if only the duration ends the run.', v.nullable(count)),
  conversations: v.exactOptional(
    about('Number of planned conversations; absent if requests or duration end the run.', positiveCount),
  ),
  durationS: about('Time during which requests leave, seconds; null if only the count ends the run.', numberOrNull),
  concurrency: about(
    'Maximum number of requests in flight: the slots of the closed model. In the open model, the same as maxInFlight.',
    count,
  ),
  maxInFlight: v.exactOptional(
    about(
      'Open model: maximum number of requests in flight; others are queued. Absent in older records, see concurrency.',
      count,
    ),
  ),
  until: v.exactOptional(
    about('Precision that ends the run before its requests and duration; absent: none.', precisionGoalSchema),
  ),
  untilSaturated: v.exactOptional(
    about(
      "True: levels of a rate sweep, which end once it's certain that the server doesn't keep up. Absent: false.",
      v.boolean(),
    ),
  ),
  seed: about({ description: 'Seed of all random choices.', maximum: 4294967295 }, count),
  arrivalDraw: v.exactOptional(
    about(
      'Number of earlier sequences of random arrivals with this seed in the same series of runs. Absent: 0.',
      count,
    ),
  ),
  warmup: about('Number of requests planned before the clock starts.', count),
  autoWarmup: v.exactOptional(
    about('True: the warm-up is found in the data and left out. Absent: it is kept.', v.boolean()),
  ),
  timeoutMs: about('Maximum time of one request, from its dispatch to its end.', v.number()),
  drainMs: about('Maximum time to wait for requests in flight after the last one left.', v.number()),
  maxRedirects: about('Maximum number of redirects per request; 0: a redirect is an ordinary response.', count),
  maxHeadBytes: v.exactOptional(
    about({ description: 'Maximum size of a response head, bytes. Absent: 262144.', minimum: 1024 }, count),
  ),
  insecure: v.exactOptional(about('True: server certificates were accepted unverified.', v.boolean())),
  metricsUrl: v.exactOptional(
    about(
      "Address of the server's own metrics, in Prometheus' text format; several have spaces between. Absent: not read.",
      v.string(),
    ),
  ),
  series: v.exactOptional(
    about("Names of more series of the server's metrics to record, with spaces between. Absent: none.", v.string()),
  ),
  tokenizer: v.exactOptional(
    about(
      "Local tokenizer as written: counts input and output tokens that the server doesn't report. Absent: none.",
      v.string(),
    ),
  ),
  workers: v.exactOptional(
    about(
      { description: 'Number of sender threads, 1 to 64. Absent: one, and more while it is saturated.', minimum: 1 },
      count,
    ),
  ),
  coldStart: about('True: the measured time includes opening connections and compiling code.', v.boolean()),
  transport: v.exactOptional(about('Transport; absent: chosen by the requests.', v.picklist(transportNames))),
  objectives: about('Objectives of the whole run.', v.array(objectiveSchema)),
});
