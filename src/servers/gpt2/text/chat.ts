/** GPT-2 knows no chat. Its messages are written like a script, and the answer ends where the user's next line begins. */
const speakers = { system: 'System', developer: 'System', user: 'User', assistant: 'Assistant' } as const;

/** One message of a chat. */
export interface ChatMessage {
  readonly role: keyof typeof speakers;
  readonly text: string;
}

/** Where an answer ends by itself. */
export const chatStop = '\nUser:';

/** The messages as the text that the model continues. */
export function chatPrompt(messages: readonly ChatMessage[]): string {
  return `${messages.map(({ role, text }) => `${speakers[role]}: ${text}\n`).join('')}Assistant:`;
}
