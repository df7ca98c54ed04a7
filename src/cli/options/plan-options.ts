import { InvalidArgumentError, Option, type Command } from 'commander';
import { planDefaults } from '../../core/plan/plan.ts';
import { arrivalProcesses, transportNames } from '../../core/vocabulary.ts';
import { header, objectives, planNumber, planSize, planTime, stages, variable } from './values.ts';

/** Reads a rate. Other load generators take an infinite one for all requests at once. */
function rate(text: string): number {
  if (!/^\+?inf(?:inity)?$/i.test(text)) return planNumber('ratePerS')(text);
  throw new InvalidArgumentError('To send all requests at the same time, use -c and -n with the same number instead.');
}

/** Names what is there of an option that other load generators have. */
function burstiness(): never {
  throw new InvalidArgumentError(
    "Gamma arrivals aren't supported. Use --arrivals constant or --arrivals poisson (burstiness 1).",
  );
}

/** What `--insecure` does, for runs and suites. */
export const insecureHelp = 'accept self-signed, expired, and mismatched server certificates';

/** Adds the options that say what a run sends. */
export function addPlanOptions(command: Command): Command {
  return addLoadOptions(
    command
      .option(
        '-n, --requests <n>',
        `number of requests (default: @requests, otherwise ${planDefaults.requests})`,
        planNumber('requests'),
      )
      .option(
        '--duration <time>',
        'send for this time, such as 30s; with --requests, until the first of both',
        planTime('durationS'),
      )
      .option('--cold-start', 'include connection setup in the measurement')
      .option(
        '--slo <objectives>',
        "add objectives for the run, such as 'p95 < 500ms, errors < 1%'; repeatable",
        objectives,
      ),
  );
}

/** Adds those that say how requests are sent, but not how many or for how long. */
export function addLoadOptions(command: Command): Command {
  return command
    .option(
      '-c, --concurrency <n>',
      `number of concurrent requests (default: @concurrency, otherwise ${planDefaults.concurrency})`,
      planNumber('concurrency'),
    )
    .option('--rate <perS>', 'arrival rate, requests/s (open model)', rate)
    .option(
      '--stages <list>',
      "arrival rates over time, held or ramped, such as '30s:50, 1m:50..200' (open model)",
      stages,
    )
    .addOption(
      new Option('--arrivals <process>', 'arrival process of the open model (default: constant)').choices(
        arrivalProcesses,
      ),
    )
    .addOption(new Option('--burstiness <factor>').hideHelp().argParser(burstiness))
    .option(
      '--max-in-flight <n>',
      `maximum number of requests in flight of the open model; the rest are queued (default: ${planDefaults.maxInFlight})`,
      planNumber('maxInFlight'),
    )
    .option(
      '--seed <n>',
      `seed for the random choice of targets (default: @seed, otherwise ${planDefaults.seed})`,
      planNumber('seed'),
    )
    .option('--warmup <n>', 'number of warm-up requests before the measurement (default: 0)', planNumber('warmup'))
    .option(
      '--timeout <time>',
      `timeout of a request (default: @timeout, otherwise ${planDefaults.timeoutMs / 1000}s)`,
      planTime('timeoutMs'),
    )
    .option('--max-redirects <n>', 'maximum number of redirects per request (default: 0)', planNumber('maxRedirects'))
    .option(
      '--max-head <size>',
      'maximum size of a response head, such as 1MiB (default: 256KiB)',
      planSize('maxHeadBytes'),
    )
    .option('--insecure', insecureHelp)
    .addOption(
      new Option(
        '--transport <name>',
        'HTTP client (default: raw, the built-in client; undici for requests it does not support)',
      ).choices(transportNames),
    )
    .option('--stream', 'request streamed responses from language models (default: @stream)')
    .option('--no-stream', 'request complete responses from language models')
    .option('--environment <name>', 'use variables of this environment in http-client.env.json')
    .option(
      '--var <name=value>',
      "set a variable of the file, such as 'base=http://127.0.0.1:5001'; repeatable",
      variable,
    )
    .option('-H, --header <header>', "add a header to all requests, such as 'Accept: text/plain'; repeatable", header);
}

/** Adds the options that name files for a result. */
export function addReportOptions(command: Command): Command {
  return command
    .option(
      '--json <file>',
      'write the result as JSON; - writes to standard output and moves the text to standard error',
    )
    .option('--html <file>', 'write the result as one HTML page, or -')
    .option('--csv <file>', 'write the result as CSV, or -')
    .option('--md <file>', 'write the result as Markdown, or -');
}
