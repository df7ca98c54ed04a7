import * as v from 'valibot';
import { about, count } from '../../schema.ts';
import { errorKindSchema } from './numbers-schema.ts';

/** Failures with the same status or error kind and the same text; see `FailureSample`. */
export const failureSchema = v.object({
  target: about('Name of the first target with this failure.', v.string()),
  targets: v.exactOptional(
    about('Names of all targets seen with this failure, at most 20; absent if it is only one.', v.array(v.string())),
  ),
  status: about('HTTP status; 0 without headers.', count),
  error: v.exactOptional(errorKindSchema),
  reason: v.exactOptional(
    about(
      {
        description:
          'Key part of the text on one line; numbers and IDs that differ are replaced by …. Empty without a text. Absent in older records.',
        maxLength: 200,
      },
      v.string(),
    ),
  ),
  text: about("The transport's error, or the start of the body, of the first failure.", v.string()),
  count: v.exactOptional(about('Number of failures. Absent in older records.', count)),
  estimated: v.exactOptional(about('True if the count is extrapolated.', v.boolean())),
});
