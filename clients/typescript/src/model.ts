import type { components } from './schema.js';

/** What the description of the API calls so. */
type Schema = components['schemas'];

export type Conversation = Schema['Conversation'];
export type ConversationStatus = Conversation['status'];
export type ConversationWithMessages = Schema['ConversationWithMessages'];
export type ConversationPage = Schema['ConversationPage'];
export type ConversationList = Schema['ConversationList'];
export type NewConversation = Schema['NewConversation'];
export type ConversationPatch = Schema['ConversationPatch'];

/** A message as it is stored. */
export type Message = Schema['Message'];
export type Role = Message['role'];
/** A part of a message, in the form of the AI SDK: a part of the type `text` has a `text`. */
export type Part = Schema['Part'];
export type MessageList = Schema['MessageList'];
/** A message to store: `content` or `parts`. A whole `UIMessage` of the AI SDK is one. */
export type NewMessage = Schema['NewMessage'];
export type NewMessages = Schema['NewMessages'];
export type AppendedMessages = Schema['AppendedMessages'];

/** What a turn is to answer: a `message`, or one that is stored (`regenerate`, `continue`). */
export type NewTurn = Schema['NewTurn'];
export type TurnPolicy = NonNullable<NewTurn['onConflict']>;
/** What is made of a call that waits for its client: the output of its tool, or why there is none. */
export type ToolResult = Schema['ToolResult'];
export type Approval = Schema['Approval'];
/** A turn that has ended. */
export type Turn = Schema['Turn'];

/** An event of the application's own. */
export type DataEvent = Omit<Schema['DataEvent'], 'type'> & { readonly type: `data-${string}` };

/**
 * An event of a turn: a chunk of the AI SDK's UI message stream. `finish`, `abort` or `error` is the last one. A later service
 * may send types that are not among these.
 */
export type TurnEvent = Exclude<Schema['TurnEvent'], Schema['DataEvent']> | DataEvent;

export type FieldError = Schema['FieldError'];
/** The body of an error response: RFC 9457. */
export type ProblemBody = Schema['Problem'];

/** A line of an export. A conversation that is damaged has a `problem` in place of what is missing. */
export type ExportedConversation = ConversationWithMessages & { readonly problem?: ProblemBody };
