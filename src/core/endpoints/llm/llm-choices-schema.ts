import * as v from 'valibot';
import { about, positiveCount } from '../../schema.ts';
import { dialectNames, promptOrders, usageChoices } from '../types.ts';

/** Language model directives of a target; see `LlmChoices`. */
export const llmChoicesSchema = v.object({
  dialect: v.exactOptional(
    about('Response format; plain: an ordinary request, whatever its path.', v.picklist([...dialectNames, 'plain'])),
  ),
  stream: v.exactOptional(about('True: a stream of tokens is requested.', v.boolean())),
  maxTokens: v.exactOptional(about('Maximum number of tokens of a response.', positiveCount)),
  prompts: v.exactOptional(about('File of prompts as written, relative to the endpoints file.', v.string())),
  conversations: v.exactOptional(
    about('File of conversations as written, relative to the endpoints file.', v.string()),
  ),
  think: v.exactOptional(about('Time between the end of a turn and the next one, as written.', v.string())),
  turns: v.exactOptional(about('Turns of generated conversations, as written.', v.string())),
  image: v.exactOptional(
    about('Image file for the last message of the user as written, relative to the endpoints file.', v.string()),
  ),
  inputTokens: v.exactOptional(
    about(
      'Tokens of generated prompts, or of each turn of generated conversations, without the shared prefix, as written.',
      v.string(),
    ),
  ),
  outputTokens: v.exactOptional(
    about('Tokens of the responses, as written; answers: as many as the answer in the data set has.', v.string()),
  ),
  sharedPrefix: v.exactOptional(about('Start that generated prompts share, as written: 256 of 10.', v.string())),
  promptsOrder: v.exactOptional(
    about('Order of prompts or conversations from a file: in turn, or random by the seed.', v.picklist(promptOrders)),
  ),
  promptsTokens: v.exactOptional(
    about('Range of tokens of the prompts that are used, as written: 16..1024.', v.string()),
  ),
  trace: v.exactOptional(about('Trace file as written, relative to the endpoints file.', v.string())),
  usage: v.exactOptional(
    about('Whether the request for a stream also asks for token counts.', v.picklist(usageChoices)),
  ),
});
