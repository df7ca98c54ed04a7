/**
 * Placeholder for a generated prompt in a JSON body. Digits need no escaping, and a request is unlikely to contain
 * these.
 */
export const promptMark = '731604930000';

/** Placeholder for the number of output tokens in a JSON body. A number, so that the body stays JSON. */
export const lengthMark = 731_604_930_001;

/** Placeholder for the messages of a conversation in a JSON body. */
export const messagesMark = 731_604_930_002;

/** Placeholder for the system message of a conversation in a JSON body. */
export const systemMark = 731_604_930_003;
