/** Stands for a generated prompt in a JSON body. Digits need no escaping, and a request is unlikely to contain these. */
export const promptMark = '731604930000';

/** Stands for the number of output tokens in a JSON body. A number, so that the body stays JSON. */
export const lengthMark = 731_604_930_001;
