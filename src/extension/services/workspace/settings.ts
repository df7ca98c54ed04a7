import { workspace, type ConfigurationScope } from 'vscode';
import { defaultRules, type Rules } from '../../../core/comparison/compare-sides.ts';
import {
  settings,
  type NumberSetting,
  type NumberSettingName,
  type SwitchSettingName,
  type TextSetting,
  type TextSettingName,
} from '../../setting-rows.ts';

/** Returns a number. A value of another type or out of range counts as not set. */
export function numberSetting(name: NumberSettingName, scope?: ConfigurationScope): number {
  const row: NumberSetting = settings[name];
  const value = workspace.getConfiguration('loadlens', scope).get<unknown>(name);
  const fits =
    typeof value === 'number' &&
    value >= row.min &&
    value <= row.max &&
    (row.type === 'number' || Number.isInteger(value));
  return fits ? value : row.default;
}

/** Returns whether a setting is on. */
export function switchSetting(name: SwitchSettingName, scope?: ConfigurationScope): boolean {
  const value = workspace.getConfiguration('loadlens', scope).get<unknown>(name);
  return typeof value === 'boolean' ? value : settings[name].default;
}

/** Returns a text. One that isn't a valid choice counts as not set. */
export function textSetting(name: TextSettingName, scope?: ConfigurationScope): string {
  const row: TextSetting = settings[name];
  const value = workspace.getConfiguration('loadlens', scope).get<unknown>(name);
  const text = typeof value === 'string' ? value.trim() : '';
  return text !== '' && (row.choices === undefined || row.choices.includes(text)) ? text : row.default;
}

/** Returns how comparisons are judged. */
export const comparisonRules = (scope?: ConfigurationScope): Rules => ({
  ...defaultRules,
  threshold: numberSetting('comparison.threshold', scope) / 100,
});
