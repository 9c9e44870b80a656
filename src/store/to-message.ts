import type { Message, MessageMetadata, NewMessage } from '../domain/message.js';

/**
 * Makes the stored message of a new one. It copies field by field: a caller may pass a message that was
 * stored before, whose old `seq` and `createdAt` must not survive.
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
