import { settings, type Setting } from '../../src/extension/setting-rows.ts';

/** A section of `contributes.configuration` in package.json. */
export interface ConfigurationSection {
  readonly title: string;
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const contributed = (row: Setting, order: number): Readonly<Record<string, unknown>> => ({
  type: row.type,
  ...(row.type === 'string' && row.choices && { enum: row.choices, enumDescriptions: row.choiceTexts }),
  default: row.default,
  ...('min' in row && { minimum: row.min, maximum: row.max }),
  markdownDescription: row.description,
  ...(row.scope && { scope: row.scope }),
  order,
});

/** Returns the settings as package.json contributes them. */
export function configuration(): ConfigurationSection[] {
  const rows = Object.entries<Setting>(settings);
  return [...new Set(rows.map(([, { section }]) => section))].map((title) => ({
    title,
    properties: Object.fromEntries(
      rows
        .filter(([, { section }]) => section === title)
        .map(([name, row], index) => [`loadlens.${name}`, contributed(row, index + 1)]),
    ),
  }));
}
