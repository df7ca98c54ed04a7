import { maskedUrl } from './credentials.ts';
import { isCredentialHeader } from './known-words.ts';
import { maskSecrets } from './mask.ts';

/** Names of variables and options whose values are secret; more than in an address, as `--key` and `HF_TOKEN` are names here. */
const secretName = /(?:key|token|secret|password|passwd|pwd|credentials?|auth)$/i;
/** A number in an option such as `--ttft-ms-per-token 0.2` counts tokens of a language model. */
const count = /^['"]?\d{1,9}(?:\.\d+)?['"]?$/;
const isSecret = (name: string, value: string): boolean =>
  secretName.test(name) && !(/token$/i.test(name) && count.test(value));
/** Shorter values of the environment, such as `true`, aren't secrets. */
const shortestValue = 6;

const word = String.raw`'[^']*'|"[^"]*"|[^\s'"]+`;
const assignment = new RegExp(String.raw`([A-Za-z_][\w.-]*)=(${word})`, 'g');
const option = new RegExp(String.raw`(--?[A-Za-z][\w.-]*)(\s+)(${word})`, 'g');
const header = /([A-Za-z][\w-]*)(\s*:\s*)([^'"]+)/g;

/**
 * Returns a shell command as it may be kept, with `***` in place of secrets: values of variables, options, and headers whose
 * names tell, parts of addresses, and values of such environment variables.
 */
export function maskedCommand(command: string, environment: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(environment).flatMap(([name, value = '']) =>
    (secretName.test(name) || name.startsWith('LOADLENS_SECRET_')) && value.length >= shortestValue ? [value] : [],
  );
  return maskedUrl(maskSecrets(command, known))
    .replaceAll(/:\/\/[^/?#@\s]+@/g, '://***@')
    .replaceAll(header, (whole, name: string, colon: string) =>
      isCredentialHeader(name) ? `${name}${colon}***` : whole,
    )
    .replaceAll(assignment, (whole, name: string, value: string) =>
      isSecret(name, value) && !value.startsWith('$') ? `${name}=***` : whole,
    )
    .replaceAll(option, (whole, name: string, gap: string, value: string) =>
      isSecret(name, value) && !value.startsWith('-') ? `${name}${gap}***` : whole,
    );
}
