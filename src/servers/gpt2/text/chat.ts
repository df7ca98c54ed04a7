/** GPT-2 has no chat format. Messages are written like a script, and the response ends where the user's next line begins. */
const speakers = { system: 'System', developer: 'System', user: 'User', assistant: 'Assistant' } as const;

/** A message of a chat. */
export interface ChatMessage {
  readonly role: keyof typeof speakers;
  readonly text: string;
}

/** Text at which a response ends. */
export const chatStop = '\nUser:';

/** Returns the messages as a text for the model to continue. */
export function chatPrompt(messages: readonly ChatMessage[]): string {
  return `${messages.map(({ role, text }) => `${speakers[role]}: ${text}\n`).join('')}Assistant:`;
}
