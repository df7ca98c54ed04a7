import { workspace, type ConfigurationScope } from 'vscode';
import {
  numberSettings,
  switchSettings,
  textSettings,
  type NumberSetting,
  type NumberSettingName,
  type SwitchSettingName,
  type TextSetting,
  type TextSettingName,
} from '../../contributions.ts';

/** Reads a number; what is no number or out of range counts as not set, so that a typo in settings.json harms nobody. */
export function numberSetting(name: NumberSettingName, scope?: ConfigurationScope): number {
  const rule: NumberSetting = numberSettings[name];
  const value = workspace.getConfiguration('loadlens', scope).get<unknown>(name);
  const fits =
    typeof value === 'number' && value >= rule.min && value <= rule.max && (!rule.integer || Number.isInteger(value));
  return fits ? value : rule.default;
}

/** Reads a switch. */
export function switchSetting(name: SwitchSettingName, scope?: ConfigurationScope): boolean {
  const value = workspace.getConfiguration('loadlens', scope).get<unknown>(name);
  return typeof value === 'boolean' ? value : switchSettings[name];
}

/** Reads a text; what is none of the allowed values counts as not set. */
export function textSetting(name: TextSettingName, scope?: ConfigurationScope): string {
  const rule: TextSetting = textSettings[name];
  const value = workspace.getConfiguration('loadlens', scope).get<unknown>(name);
  const text = typeof value === 'string' ? value.trim() : '';
  return text !== '' && (rule.values === undefined || rule.values.includes(text)) ? text : rule.default;
}
