import type { Conversation } from '../../../domain/conversation.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import type { SealField } from '../../sealing/seal-field.js';

/** The columns of a conversation that a client chooses, as they are stored. */
export interface StoredFields {
  readonly title: string | null;
  readonly externalId: string | null;
  readonly metadata: string;
}

type Fields = Pick<Conversation, 'title' | 'externalId' | 'metadata'>;

export function encodeFields(
  sealing: ConversationSealing,
  { title, externalId, metadata }: Fields,
): StoredFields {
  return {
    title: encodeText(sealing, 'title', title),
    externalId: encodeText(sealing, 'externalId', externalId),
    metadata: encodeMetadata(sealing, metadata),
  };
}

/** The columns after an update. What it leaves as it was stays as it is stored. */
export function encodeUpdate(
  sealing: ConversationSealing,
  stored: StoredFields,
  before: Fields,
  after: Fields,
): StoredFields {
  const { title, externalId, metadata } = after;
  return {
    title: title === before.title ? stored.title : encodeText(sealing, 'title', title),
    externalId:
      externalId === before.externalId
        ? stored.externalId
        : encodeText(sealing, 'externalId', externalId),
    metadata: metadata === before.metadata ? stored.metadata : encodeMetadata(sealing, metadata),
  };
}

function encodeText(
  sealing: ConversationSealing,
  field: SealField,
  text: string | undefined,
): string | null {
  return text === undefined ? null : sealing.encode(field, text);
}

/** Most conversations have no metadata, which is no secret: Redis stores nothing then. */
function encodeMetadata(sealing: ConversationSealing, metadata: Fields['metadata']): string {
  const json = JSON.stringify(metadata);
  return json === '{}' ? json : sealing.encode('metadata', json);
}
