// One import for both, because each import that is made when it's needed divides the shared code into more, smaller files.
export { abCommand } from './ab-command.ts';
export { compareCommand } from './compare-command.ts';
