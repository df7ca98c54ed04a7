import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { maskedCommand } from '../core/endpoints/masked-command.ts';
import { ExitCode, LoadlensError } from '../core/errors.ts';
import type { ComparisonServer } from '../core/record/comparisons/comparison.ts';
import { readGitState } from '../engine/machine/git.ts';
import { findRepository, freeEnvironment, resolveRef, type Repository, type Revision } from './git.ts';
import type { End, ProcessTree } from './process-tree.ts';
import { tryReady } from './ready.ts';
import { openSession, type Session } from './session.ts';
import { createWait, secondsText } from './waiting.ts';

/** A server to be started for one side. */
export interface ServerPlan {
  readonly side: 'a' | 'b';
  /** Git ref; undefined or `.`: the files as they are. */
  readonly ref: string | undefined;
  /** Shell command with `{port}` replaced. */
  readonly command: string;
  /** The same as the user wrote it. */
  readonly written: string;
  readonly port: number;
  /** Shell command that prepares a new work tree. */
  readonly build: string | undefined;
  /** Path that responds once the server is ready. */
  readonly ready: string | undefined;
  /** Whether the targets use https. */
  readonly secure: boolean;
}

/** A server that is ready. */
export interface StartedServer {
  /** `127.0.0.1:41234` */
  readonly address: string;
  /** For the record. */
  readonly facts: ComparisonServer;
}

/** The servers that were started, by side, and a signal that aborts with a LoadlensError when one stops. */
export interface StartedServers {
  readonly a?: StartedServer;
  readonly b?: StartedServer;
  readonly stopped: AbortSignal;
}

/** Location of the files of both sides, and of everything that must be removed again. */
export interface Places {
  /** Folder of the current files. Commands run in it, or in the corresponding folder of a work tree. */
  readonly folder: string;
  /** Folder for work trees, outputs, and session state. */
  readonly cache: string;
}

/** Callbacks during the use of servers. */
export interface Watcher {
  /** Aborts when the servers aren't wanted any longer. */
  readonly signal: AbortSignal;
  /** False if `show` shows nothing, such as without a terminal. */
  readonly showsProgress: boolean;
  /** Shows the current step until the next call. */
  show(text: string): void;
  /** Shows information for the user. */
  note(text: string): void;
  /** Shows details that explain an error. */
  warn(text: string): void;
}

const pollMs = 50;
/** Time between the last response of a process and the news of its end, ms. */
const newsMs = 100;
const mostLines = 15;

/** Input for starting servers. */
interface Tools {
  readonly folder: string;
  readonly session: Session;
  readonly screen: Watcher;
  /** Called once a server has stopped by itself. */
  readonly onStop: (reason: LoadlensError, output: string) => void;
}

/** Starts the servers of both sides, runs `act` with them, and always removes them again. */
export async function withServers<T>(
  plans: readonly ServerPlan[],
  { folder, cache }: Places,
  screen: Watcher,
  act: (servers: StartedServers) => Promise<T>,
): Promise<T> {
  const stopped = new AbortController();
  if (plans.length === 0) return act({ stopped: stopped.signal });
  const checkouts = await checkoutsOf(plans, folder);
  const session = await openSession(cache, (text) => screen.note(text));
  let closing = false;
  const onStop: Tools['onStop'] = (reason, output) => {
    if (closing || screen.signal.aborted || stopped.signal.aborted) return;
    screen.warn(tail(output));
    stopped.abort(reason);
  };
  try {
    const started: { a?: StartedServer; b?: StartedServer } = {};
    const tools: Tools = { folder, session, screen, onStop };
    for (const plan of plans) started[plan.side] = await serve(plan, await prepare(plan, checkouts, tools), tools);
    return await act({ ...started, stopped: stopped.signal });
  } catch (error) {
    await sleep(newsMs);
    // Any other failure is a consequence of that one.
    throw stopped.signal.aborted ? stopped.signal.reason : error;
  } finally {
    closing = true;
    screen.show('Stopping servers…');
    await session.close();
  }
}

interface Checkouts {
  readonly repository: Repository | undefined;
  readonly revisions: ReadonlyMap<ServerPlan['side'], Revision>;
}

/** Both refs are looked up before anything is made. */
async function checkoutsOf(plans: readonly ServerPlan[], folder: string): Promise<Checkouts> {
  const fixed = plans.filter(({ ref }) => !isWorkingTree(ref));
  const repository = fixed.length === 0 ? undefined : await findRepository(folder);
  const revisions = new Map<ServerPlan['side'], Revision>();
  for (const { side, ref = 'HEAD' } of fixed) {
    if (repository) revisions.set(side, await resolveRef(repository, ref));
  }
  return { repository, revisions };
}

/** Returns whether a ref means the current files. */
export const isWorkingTree = (ref: string | undefined): boolean => ref === undefined || ref === '.';

/** The folder that a side runs in. */
interface Checkout {
  readonly path: string;
  readonly commit: Pick<ComparisonServer, 'commit' | 'modified'>;
}

/** Checks out and builds the files of a side. */
async function prepare(
  { side, build }: ServerPlan,
  { repository, revisions }: Checkouts,
  { folder, session, screen }: Tools,
): Promise<Checkout> {
  const revision = revisions.get(side);
  if (revision === undefined || repository === undefined) {
    const { gitCommit: commit, gitDirty: modified } = await readGitState(join(folder, 'package.json'));
    return {
      path: folder,
      commit: { ...(commit !== undefined && { commit }), ...(modified !== undefined && { modified }) },
    };
  }
  const name = `${side.toUpperCase()} (${revision.ref}, ${revision.commit.slice(0, 8)})`;
  screen.show(`Checking out ${name}…`);
  const path = await session.addWorktree(repository, side, revision);
  screen.signal.throwIfAborted();
  if (build !== undefined) {
    const output = join(session.folder, `${side}-build.log`);
    const tree = await session.start(build, { cwd: path, env: freeEnvironment(), output });
    const end = await watchedEnd(tree, (s) => screen.show(`Building ${name}… ${s}`), screen.signal);
    await session.end(tree);
    screen.signal.throwIfAborted();
    if (end?.code !== 0) {
      screen.warn(tail(output));
      throw new LoadlensError(`The build of ${name} failed (${endText(end)}).`, {
        hint: 'Fix the build command. It runs in a new work tree, without ignored files such as node_modules.',
        exitCode: ExitCode.nothingMeasured,
      });
    }
  }
  return { path, commit: { commit: revision.commit, modified: false } };
}

/** Starts the server of a side and returns when it is ready. */
async function serve(
  { side, ref, command, written, build, port, ready, secure }: ServerPlan,
  { path, commit }: Checkout,
  { session, screen, onStop }: Tools,
): Promise<StartedServer> {
  const name = side.toUpperCase();
  const output = join(session.folder, `${side}.log`);
  const tree = await session.start(command, { cwd: path, env: { ...freeEnvironment(), PORT: String(port) }, output });
  const stop = new AbortController();
  void tree.ended.then((end) => {
    const reason = new LoadlensError(`The server of ${name} stopped unexpectedly (${endText(end)}).`, {
      hint: 'Try its command in a terminal. It must stay in the foreground.',
      exitCode: ExitCode.nothingMeasured,
    });
    stop.abort(reason);
    onStop(reason, output);
  });
  const begun = Date.now();
  const wait = createWait(name, port, ready);
  for (;;) {
    screen.signal.throwIfAborted();
    stop.signal.throwIfAborted();
    const attempt = await tryReady(port, ready, secure);
    stop.signal.throwIfAborted();
    if (attempt.state === 'ready') {
      return {
        address: attempt.address,
        facts: {
          ...(ref !== undefined && { ref }),
          ...commit,
          command: maskedCommand(written, process.env),
          ...(build !== undefined && !isWorkingTree(ref) && { build: maskedCommand(build, process.env) }),
        },
      };
    }
    try {
      const { progress, waiting, remark } = wait.look(attempt, Date.now() - begun);
      if (waiting !== undefined && !screen.showsProgress) screen.note(waiting);
      if (remark !== undefined) screen.note(remark);
      screen.show(progress);
    } catch (error) {
      screen.warn(tail(output));
      throw error;
    }
    await sleep(pollMs);
  }
}

/** Waits for a command, with progress; undefined when canceled. */
async function watchedEnd(
  tree: ProcessTree,
  show: (time: string) => void,
  signal: AbortSignal,
): Promise<End | undefined> {
  const begun = Date.now();
  while (!signal.aborted) {
    show(secondsText(Date.now() - begun));
    const end = await Promise.race([tree.ended, sleep(pollMs, undefined)]);
    if (end !== undefined) return end;
  }
  return undefined;
}

const endText = (end: End | undefined): string =>
  end?.signal ? `signal ${end.signal}` : `exit code ${String(end?.code ?? 'unknown')}`;

/** The last lines of a command's output. */
function tail(file: string): string {
  const text = readFileSync(file, 'utf8').trimEnd();
  if (text === '') return 'It printed nothing.';
  const lines = text.split(/\r?\n/).slice(-mostLines);
  return ['Last lines of its output:', ...lines.map((line) => `  ${line}`)].join('\n');
}
