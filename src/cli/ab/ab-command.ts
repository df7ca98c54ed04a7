import { defaultRules } from '../../core/comparison/compare-sides.ts';
import { localPorts, withLocalAddress } from '../../core/endpoints/local-address.ts';
import { ExitCode, LoadlensError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { maskVariables } from '../../core/endpoints/variables/mask-variables.ts';
import { slicePlan } from '../../core/plan/slice-plan.ts';
import type { ComparedMetricName } from '../../core/record/comparisons/compared-metrics.ts';
import { changeText, intervalText, labelOf } from '../../core/record/comparisons/comparison-sentences.ts';
import type { ComparisonRecord } from '../../core/record/comparisons/comparison.ts';
import { checksOfComparison } from '../../core/report/checks/checks.ts';
import { comparisonReports, renderComparisonText } from '../../core/report/comparisons/comparison-reports.ts';
import { rateText } from '../../core/report/words/load-words.ts';
import { compareLive, type AbSide, type AbSnapshot } from '../../engine/ab.ts';
import { cacheFolder } from '../../processes/cache-folder.ts';
import { checkIdleOptions } from '../options/idle-options.ts';
import { checkLoadOptions, choicesOf, defaultFile, isSound } from '../commands/run-command.ts';
import type { PlanOptions, ReportOptions } from '../options/plan-options.ts';
import { withOtherServers } from '../expected-servers.ts';
import { loadFile, makeInput, type LoadedFile, type Variables, withoutPlaces } from '../load-file.ts';
import { measure, outputsOf, writeResult, type Screen } from '../output/measure.ts';
import { checkReports, resultOfComparison, type CheckOptions } from '../output/check-reports.ts';
import { withPartialFile } from '../output/partial-file.ts';
import { checkReportFiles } from '../output/report-files.ts';
import { endOfComparison, type FailOn } from './end-of-comparison.ts';
import { planServers, type ServeOptions } from './plan-servers.ts';
import { withServers, type ServerPlan, type StartedServer } from '../../side-servers/serve-sides.ts';

/** The options of `loadlens ab`, as the argument parser hands them over. */
export interface AbOptions extends PlanOptions, ReportOptions, CheckOptions, ServeOptions {
  readonly a?: Variables;
  readonly b?: Variables;
  readonly pairs: number;
  /** Length of a slice, s. */
  readonly slice: number;
  readonly threshold: number;
  readonly metrics?: readonly ComparedMetricName[];
  readonly failOn?: FailOn;
  readonly allowHost?: readonly string[];
  readonly quiet?: true;
}

/** Runs `loadlens ab` and returns the exit code. Throws a LoadlensError if the user can fix the cause. */
export async function abCommand(name: string | undefined, options: AbOptions, version: string): Promise<ExitCode> {
  const { allowHost, quiet = false } = options;
  checkLoadOptions(options);
  const servers = await planServers(options);
  const files = (['a', 'b'] as const).map((side) => fileOf(side, name ?? defaultFile, options, servers));
  const [fileA, fileB] = files;
  if (!fileA || !fileB || !files.every(({ loaded }) => isSound(loaded, quiet))) return ExitCode.usage;
  for (const file of files) checkAddress(file);
  const checks = checkReports(options, fileA.loaded, checksOfComparison, resultOfComparison);
  const outputs = outputsOf(options, { ...comparisonReports, junit: checks.junit });
  checkReportFiles(outputs);
  const sides = { a: sideOf(fileA, options), b: sideOf(fileB, options) };
  checkIdleOptions(choicesOf(options), [sides.a.input.plan, sides.b.input.plan]);
  const requests = [...sides.a.input.requests, ...sides.b.input.requests];
  return measure({ requests, load: loadOf(sides.a, options), allowHost, quiet }, async (screen) => {
    try {
      const plans = files.flatMap(({ server, secure }) => (server ? [{ ...server, secure }] : []));
      const places = { folder: process.cwd(), cache: cacheFolder('ab') };
      const record = await withServers(plans, places, screen, ({ a, b, stopped }) =>
        compare({ a: sideOf(fileA, options, a), b: sideOf(fileB, options, b) }, stopped, options, {
          screen,
          version,
          write: (record) => {
            writeResult(renderComparisonText(record), outputs, record, screen);
            checks.tell(record, comparisonReports.markdown.render(record), screen);
          },
        }),
      );
      return endOfComparison(record, options.failOn);
    } catch (error) {
      if (!screen.signal.aborted) throw error;
      process.stderr.write('Nothing was measured.\n');
      return ExitCode.interrupted;
    }
  });
}

/** Measures, shows, and writes the comparison. */
async function compare(
  sides: { readonly a: AbSide; readonly b: AbSide },
  stopped: AbortSignal,
  options: AbOptions,
  { screen, version, write }: { screen: Screen; version: string; write: (record: ComparisonRecord) => void },
): Promise<ComparisonRecord> {
  const { pairs, threshold } = options;
  const withNotes = async (side: AbSide): Promise<AbSide> => ({
    ...side,
    input: await withOtherServers(side.input, screen),
  });
  const [a, b] = [await withNotes(sides.a), await withNotes(sides.b)];
  const record = await withPartialFile(
    options.json,
    (text) => screen.note(text),
    async (keep) => {
      const compared = await compareLive(
        { a, b, pairs, rules: { ...defaultRules, threshold }, chosen: options.metrics },
        {
          version,
          signal: screen.signal,
          fault: AbortSignal.any([screen.fault, stopped]),
          onSnapshot: (snapshot) => screen.show(progressOf(snapshot)),
          ...(keep && { onPartial: (partial: ComparisonRecord) => keep([JSON.stringify(partial)], true) }),
        },
      );
      write(compared);
      return compared;
    },
  );
  stopped.throwIfAborted();
  return record;
}

/** The file as one side reads it. */
interface SideFile {
  readonly loaded: LoadedFile;
  readonly variables: Variables;
  /** The server to start for it. */
  readonly server: Omit<ServerPlan, 'secure'> | undefined;
  /** Whether its targets on this machine use https. */
  readonly secure: boolean;
  /** Its variables have the server's port already. */
  readonly hasPort: boolean;
}

function fileOf(
  side: 'a' | 'b',
  name: string,
  options: AbOptions,
  servers: { readonly a?: SideFile['server']; readonly b?: SideFile['server'] },
): SideFile {
  const server = servers[side];
  const [own, common] = [options[side] ?? {}, options.var ?? {}].map((given) => withPort(given, server?.port));
  const variables = { ...common, ...own };
  const loaded = loadFile(name, options.environment, variables);
  const hasPort = [options[side], options.var].some((given) => JSON.stringify(given ?? {}).includes(portPlace));
  const secure = loaded.file.targets.some(({ url }) => localPorts([{ url }]).length > 0 && /^https:/i.test(url));
  return { loaded, variables: hasPort ? variables : (own ?? {}), server, secure, hasPort };
}

/** Placeholder for the port of a side's server in commands and values of variables. */
const portPlace = '{port}';

const withPort = (variables: Variables, port: number | undefined): Variables =>
  port === undefined
    ? variables
    : Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, value.replaceAll(portPlace, String(port))]),
      );

/** The server's address replaces one address on this machine. If there are several, only the user knows which. */
function checkAddress({ loaded: { file, shownAs }, server, hasPort }: SideFile): void {
  if (server === undefined || hasPort) return;
  const ports = localPorts(file.targets);
  if (ports.length === 1) return;
  throw new LoadlensError(
    ports.length === 0
      ? `${shownAs} has no target on this machine for the server that --serve starts.`
      : `The targets of ${shownAs} have several ports on this machine: ${ports.join(', ')}.`,
    { hint: `Set the variable that holds the server's address: --var 'base=http://127.0.0.1:${portPlace}'.` },
  );
}

function sideOf({ loaded, variables, hasPort }: SideFile, options: AbOptions, server?: StartedServer): AbSide {
  const choices = { ...choicesOf(options), requests: undefined, durationS: options.slice };
  const { file } = loaded;
  const targets = server && !hasPort ? withLocalAddress(file.targets, server.address) : file.targets;
  const input = withoutPlaces(makeInput({ ...loaded, file: { ...file, targets } }, choices));
  const warmup = typeof options.warmup === 'number' ? options.warmup : undefined;
  return {
    input: { ...input, plan: slicePlan(input.plan, options.slice, warmup) },
    variables: maskVariables(variables, loaded.secrets),
    server: server?.facts,
  };
}

/** How much a comparison sends, for the question whether it may. */
function loadOf({ input: { plan } }: AbSide, { pairs, slice }: AbOptions): string {
  const how = plan.stages === undefined ? `${formatCount(plan.concurrency)} at a time` : rateText(plan.stages);
  return `requests for up to ${formatCount(2 * pairs * slice)} s, ${how},`;
}

/** `Pair 13 of 40  A  throughput -0.3% (-1.1% to +0.5%)  p95 +4.2% …`: the intervals are those of the last look. */
function progressOf({ pair, side, record }: AbSnapshot): string {
  const changes = record.metrics.flatMap(({ metric, decisive, ratio, interval }) =>
    decisive && ratio !== null
      ? [`${labelOf(metric)} ${changeText(ratio)}${interval === null ? '' : ` (${intervalText(interval)})`}`]
      : [],
  );
  const place = pair === 0 ? 'Opening connections …' : `Pair ${pair} of ${record.pairs?.planned ?? pair}`;
  return [place, side.toUpperCase(), ...changes].join('  ');
}
