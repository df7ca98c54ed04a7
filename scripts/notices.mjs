// Writes the notices that licenses require: name, version, and license text of every bundled package.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Returns the folder of the package that a bundled file belongs to; undefined for a file of this project. */
function packageOf(input) {
  if (!input.includes('node_modules/')) return undefined;
  let folder = dirname(input);
  // A subfolder may have a package.json without a name, which sets its module type.
  while (!existsSync(join(folder, 'package.json')) || !manifestOf(folder).name) folder = dirname(folder);
  return folder;
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * Writes the notices of all packages in these builds.
 * @param {readonly import('esbuild').Metafile[]} metafiles
 * @param {string} file
 */
export function writeNotices(metafiles, file) {
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap((output) => Object.keys(output.inputs)),
  );
  const folders = [...new Set(inputs.map(packageOf).filter((folder) => folder !== undefined))].toSorted((a, b) =>
    a.localeCompare(b),
  );
  const notices = folders.map((folder) => {
    const { name, version, license } = manifestOf(folder);
    const texts = readdirSync(folder)
      .filter((entry) => /^(licen[cs]e|notice)/i.test(entry))
      .map((entry) => readFileSync(join(folder, entry), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  writeFileSync(file, `Loadlens contains these packages.\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}
