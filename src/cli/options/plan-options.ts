import { InvalidArgumentError, Option, type Command } from 'commander';
import { planDefaults } from '../../core/plan/plan.ts';
import { arrivalProcesses, transportNames } from '../../core/vocabulary.ts';
import { header, objectives, planNumber, planSize, planTime, stages, variable } from './values.ts';

/** Reads a rate. Other load generators take an infinite one for all requests at once. */
function rate(text: string): number {
  if (!/^\+?inf(?:inity)?$/i.test(text)) return planNumber('ratePerS')(text);
  throw new InvalidArgumentError('To send all requests at once, use -c and -n with the same number instead.');
}

/** Names what is there of an option that other load generators have. */
function burstiness(): never {
  throw new InvalidArgumentError(
    'Gamma arrivals are not supported. Use --arrivals constant, or poisson (burstiness 1).',
  );
}

/** What `--insecure` does, for runs and suites. */
export const insecureHelp = 'accept server certificates that are self-signed, expired, or for another host';

/** Adds the options that say what a run sends. */
export function addPlanOptions(command: Command): Command {
  return addLoadOptions(
    command
      .option(
        '-n, --requests <n>',
        `requests to send (default: the file's, otherwise ${planDefaults.requests})`,
        planNumber('requests'),
      )
      .option(
        '--duration <time>',
        'send for that long, such as 30s; with --requests whichever ends first',
        planTime('durationS'),
      )
      .option('--cold-start', 'open connections inside the measured time')
      .option(
        '--slo <objectives>',
        "objectives of the run, such as 'p95 < 500ms, errors < 1%'; repeatable",
        objectives,
      ),
  );
}

/** Adds those that say how requests are sent, but not how many or for how long. */
export function addLoadOptions(command: Command): Command {
  return command
    .option(
      '-c, --concurrency <n>',
      `most requests in flight (default: the file's, otherwise ${planDefaults.concurrency})`,
      planNumber('concurrency'),
    )
    .option('--rate <perS>', 'requests per second, sent by the clock whether answers come or not', rate)
    .option('--stages <list>', "rates one after the other, held or ramped, such as '30s:50, 1m:50..200'", stages)
    .addOption(
      new Option('--arrivals <process>', 'with a rate: equal gaps, or at random (default: constant)').choices(
        arrivalProcesses,
      ),
    )
    .addOption(new Option('--burstiness <factor>').hideHelp().argParser(burstiness))
    .option(
      '--max-in-flight <n>',
      `with a rate: most requests in flight, what is due above that waits (default: ${planDefaults.maxInFlight})`,
      planNumber('maxInFlight'),
    )
    .option(
      '--seed <n>',
      `seed of the random choice of targets (default: the file's, otherwise ${planDefaults.seed})`,
      planNumber('seed'),
    )
    .option('--warmup <n>', 'requests to send before the clock starts (default: none)', planNumber('warmup'))
    .option(
      '--timeout <time>',
      `longest time for one request (default: the file's, otherwise ${planDefaults.timeoutMs / 1000}s)`,
      planTime('timeoutMs'),
    )
    .option('--max-redirects <n>', 'redirects to follow per request (default: none)', planNumber('maxRedirects'))
    .option(
      '--max-head <size>',
      'maximum size of a response head, such as 1MiB (default: 256KiB)',
      planSize('maxHeadBytes'),
    )
    .option('--insecure', insecureHelp)
    .addOption(
      new Option('--transport <name>', 'what sends (default: raw sockets, undici for what they cannot)').choices(
        transportNames,
      ),
    )
    .option('--stream', 'ask language models for streams of tokens (default: as the file has it)')
    .option('--no-stream', 'ask language models for whole answers')
    .option('--environment <name>', 'take variables from this environment of http-client.env.json')
    .option(
      '--var <name=value>',
      "set a variable of the file, such as 'base=http://127.0.0.1:5001'; repeatable",
      variable,
    )
    .option('-H, --header <header>', "header of every request, such as 'Accept: text/plain'; repeatable", header);
}

/** Adds the options that name files for a result. */
export function addReportOptions(command: Command): Command {
  return command
    .option('--json <file>', 'write the result as JSON; -: to standard output, and the text to standard error')
    .option('--html <file>', 'write the result as one HTML page; or -')
    .option('--csv <file>', 'write the result as CSV; or -')
    .option('--md <file>', 'write the result as Markdown; or -');
}
