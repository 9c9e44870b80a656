import type { Message, MessageMetadata, NewMessage } from '../domain/message.js';

/**
 * The message that a store makes of one that it was given. Field by field: whoever hands in a message that
 * was stored before gets a seq and a time of its own for it.
 */
export function toMessage(
  {
    id,
    role,
    parts,
    metadata,
  }: Omit<NewMessage, 'metadata'> & { readonly metadata?: MessageMetadata | undefined },
  { seq, createdAt }: Pick<Message, 'seq' | 'createdAt'>,
): Message {
  if (metadata === undefined) return { id, seq, role, parts, createdAt };
  return { id, seq, role, parts, metadata, createdAt };
}
