/** Minimum length of masked values. A shorter one would mask every equal digit or letter. */
const shortestMasked = 3;

function inUrl(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // Half of a surrogate pair can't be encoded in a URL.
    return secret;
  }
}

/** Returns the forms of a value in a response: unchanged, in JSON, and in a URL. */
const forms = (secret: string): string[] => [secret, JSON.stringify(secret).slice(1, -1), inUrl(secret)];

/** Returns the text with every secret replaced by `***`, overlapping ones by a single one. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const wanted = new Set(secrets.filter(({ length }) => length >= shortestMasked).flatMap(forms));
  const found: [start: number, end: number][] = [];
  for (const secret of wanted) {
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      found.push([at, at + secret.length]);
  }
  if (found.length === 0) return text;
  found.sort(([a], [b]) => a - b);
  let masked = '';
  let copied = 0;
  let maskedTo = 0;
  for (const [start, end] of found) {
    if (start >= maskedTo) {
      masked += `${text.slice(copied, start)}***`;
    }
    maskedTo = Math.max(maskedTo, end);
    copied = maskedTo;
  }
  return masked + text.slice(copied);
}

/** Returns the targets as they may be kept, without these values in their names and addresses. */
export function maskTargets<T extends { readonly name: string; readonly url: string }>(
  targets: readonly T[],
  secrets: readonly string[],
): readonly T[] {
  if (secrets.length === 0) return targets;
  return targets.map((target) => {
    const [name, url] = [maskSecrets(target.name, secrets), maskSecrets(target.url, secrets)];
    return name === target.name && url === target.url ? target : { ...target, name, url };
  });
}
