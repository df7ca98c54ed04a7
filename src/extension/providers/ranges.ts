import { Range } from 'vscode';
import type { Problem } from '../../core/endpoints/types.ts';

/** The editor's form of a range. */
export const toRange = ({ start, end }: Problem['range']): Range =>
  new Range(start.line, start.character, end.line, end.character);
