/** Every role that a message can have. */
export const ROLES = ['user', 'assistant', 'system', 'tool'] as const;

/** Who wrote a message. */
export type Role = (typeof ROLES)[number];

/** A part of an AI SDK `UIMessage`, stored as it was sent: `{ type: "text", text }` or any other type. */
export interface Part {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** Free JSON of the client about a message. */
export type MessageMetadata = Readonly<Record<string, unknown>>;

/** The most bytes of one message's parts and metadata, as UTF-8 JSON, when nothing else is configured. */
export const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024;

/** The most messages that one append, or the create of a conversation, takes. */
export const MAX_MESSAGES_PER_WRITE = 100;

/** A stored message. */
export interface Message {
  /** UUIDv7, made by the server. */
  readonly id: string;
  /** 1, 2, 3 … in its conversation, over all its branches, without gaps. */
  readonly seq: number;
  /** The message that this one follows, 0 for none. Absent when that is the message of the seq before. */
  readonly parentSeq?: number;
  /** The messages that follow the same message, with this one, in order. Absent when this one is alone. */
  readonly siblings?: readonly number[];
  /** The message that this one stands in place of. Absent for none. */
  readonly supersedes?: number;
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly metadata?: MessageMetadata;
  readonly createdAt: Date;
}

/** A message that is not stored yet: the store gives it its `seq` and `createdAt`. */
export type NewMessage = Omit<
  Message,
  'seq' | 'createdAt' | 'parentSeq' | 'siblings' | 'supersedes'
>;

/** The text of a lone text part that carries nothing else: what most messages are. */
export function plainTextOf(parts: readonly Part[]): string | undefined {
  const [part] = parts;
  if (parts.length !== 1 || part?.type !== 'text' || typeof part['text'] !== 'string') return;
  return Object.keys(part).length === 2 ? part['text'] : undefined;
}
