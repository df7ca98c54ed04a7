import { ExitCode, LoadlensError } from '../core/errors.ts';
import { formatS, withoutZeros } from '../core/format.ts';
import type { Probe } from './ready.ts';

/** Time that a server has to get ready, ms: it may load a language model. */
const readyLimitMs = 300_000;
/** Time after which a state that doesn't change is worth a remark, ms. */
const steadyMs = 10_000;
/** Time until the first line without a terminal that shows progress, ms. */
const firstLineMs = 3_000;

/** Wait for a server to get ready. */
export interface Wait {
  /**
   * Judges an attempt. Returns the progress, and lines that are worth showing once.
   * @param atMs time since the start of the server
   * @throws LoadlensError if the server won't get ready
   */
  look(probe: Probe, atMs: number): { readonly progress: string; readonly waiting?: string; readonly remark?: string };
}

/**
 * Creates the wait for a server.
 * @param name `A`
 * @param path that has to respond; undefined: the port has to be open
 */
export function createWait(name: string, port: number, path: string | undefined): Wait {
  const where = `port ${port}${path === undefined ? '' : `, ${path}`}`;
  const waiting = `Waiting for the server of ${name} (${where})…`;
  let refusedSinceMs: number | undefined;
  let hasListened = false;
  let remarked = false;
  let shown = false;

  return {
    look(probe, atMs) {
      hasListened ||= probe.state !== 'closed';
      // 5xx is what a server sends while it starts; 4xx won't change.
      const isRefused = probe.state === 'status' && probe.status < 500;
      refusedSinceMs = isRefused ? (refusedSinceMs ?? atMs) : undefined;
      if (isRefused && atMs - (refusedSinceMs ?? atMs) >= steadyMs) {
        throw new LoadlensError(`The server of ${name} responds to ${path ?? '/'} with status ${probe.status}.`, {
          hint: 'Use the path that responds with a status below 400 once the server is ready, or leave it (--ready) out to wait for the port.',
          exitCode: ExitCode.nothingMeasured,
        });
      }
      const last = lastText(probe, port);
      if (atMs > readyLimitMs) {
        throw new LoadlensError(
          `The server of ${name} wasn't ready (${where}) after ${secondsText(readyLimitMs)}: ${last}.`,
          {
            hint:
              probe.state === 'closed'
                ? 'It must listen on the port that {port} in its command and the variable PORT hold.'
                : 'The path that tells when it is ready must respond with a status below 400.',
            exitCode: ExitCode.nothingMeasured,
          },
        );
      }
      const isLong = atMs >= steadyMs;
      const isRemark = isLong && !hasListened && !remarked;
      remarked ||= isRemark;
      const isFirst = atMs >= firstLineMs && !shown;
      shown ||= isFirst;
      return {
        progress: `${waiting} ${secondsText(atMs)}${isLong ? `, ${last}` : ''}`,
        ...(isFirst && { waiting }),
        ...(isRemark && {
          remark: `Nothing listens on port ${port} yet. Does the server of ${name} read PORT, or does its command contain {port}?`,
        }),
      };
    },
  };
}

function lastText(probe: Probe, port: number): string {
  if (probe.state === 'status') return `last response: status ${probe.status}`;
  if (probe.state === 'failed') return `last error: ${probe.reason}`;
  return `nothing listens on port ${port}`;
}

/** Returns a time as `12 s`. */
export const secondsText = (ms: number): string => withoutZeros(formatS(Math.round(ms / 1000)));
