import { LoadlensError } from '../../core/errors.ts';
import type { Variables } from '../load-file.ts';
import { freePort } from '../../side-servers/ready.ts';
import { isWorkingTree, type ServerPlan } from '../../side-servers/serve-sides.ts';

/** The options of `loadlens ab` about servers to start. */
export interface ServeOptions {
  readonly aRef?: string;
  readonly bRef?: string;
  readonly serve?: string;
  readonly aServe?: string;
  readonly bServe?: string;
  readonly build?: string;
  readonly ready?: string;
}

/** A server without the values of the endpoints file. */
type Planned = Omit<ServerPlan, 'secure'>;

/**
 * Returns the servers that the options ask for, each with a free port.
 * @throws LoadlensError for options that don't fit together
 */
export async function planServers(
  options: ServeOptions & { readonly a?: Variables; readonly b?: Variables },
): Promise<{ a?: Planned; b?: Planned }> {
  const { serve, aServe = serve, bServe = serve, aRef, bRef, build, ready } = options;
  check(options, aServe, bServe);
  const planOf = async (side: 'a' | 'b', ref: string | undefined, written: string): Promise<Planned> => {
    const port = await freePort();
    return { side, ref, written, command: written.replaceAll('{port}', String(port)), port, build, ready };
  };
  return {
    ...(aServe !== undefined && { a: await planOf('a', aRef, aServe) }),
    ...(bServe !== undefined && { b: await planOf('b', bRef, bServe) }),
  };
}

function check(
  { a, b, aRef, bRef, build, ready }: ServeOptions & { readonly a?: Variables; readonly b?: Variables },
  aServe: string | undefined,
  bServe: string | undefined,
): void {
  for (const [option, ref, command] of [
    ['--a-ref', aRef, aServe],
    ['--b-ref', bRef, bServe],
  ] as const) {
    if (ref !== undefined && command === undefined) {
      throw new LoadlensError(`${option} needs the command that starts the server.`, {
        hint: "Add --serve, such as --serve 'npm start -- --port {port}'.",
      });
    }
  }
  const starts = aServe !== undefined || bServe !== undefined;
  const unused = Object.entries({ '--build': build, '--ready': ready }).find(([, value]) => value !== undefined)?.[0];
  if (!starts && unused !== undefined) {
    throw new LoadlensError(`${unused} needs a server that Loadlens starts.`, {
      hint: "Add --serve, such as --serve 'npm start -- --port {port}'.",
    });
  }
  if (build !== undefined && isWorkingTree(aRef) && isWorkingTree(bRef)) {
    throw new LoadlensError('--build runs only in fresh work trees, and no ref needs one.', {
      hint: 'Build the current files before the comparison, or use --a-ref.',
    });
  }
  if (ready !== undefined && !ready.startsWith('/')) {
    throw new LoadlensError(`--ready ${ready} isn't a path.`, { hint: 'Use a path such as /health.' });
  }
  const isSame = aServe === bServe && (isWorkingTree(aRef) ? isWorkingTree(bRef) : aRef === bRef);
  if (a !== undefined || b !== undefined || !isSame) return;
  if (!starts) {
    throw new LoadlensError('Neither --a nor --b is given, so nothing differs.', {
      hint: 'Set a variable of the file for one side or both, such as --b base=http://127.0.0.1:5001.',
    });
  }
  throw new LoadlensError('A and B are the same server of the same files, so nothing differs.', {
    hint: 'Use --a-ref, --b-serve, or a variable such as --b model=large.',
  });
}
