import type { ConversationMetadata, ConversationPatch } from '../../../domain/conversation.js';
import { mergeMetadata } from '../../../domain/conversation-patch.js';
import { MetadataFullError } from '../../../domain/conversation.errors.js';
import { decodeMetadata } from '../../codecs/metadata.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';

/** Metadata as Redis has it when there is none. */
export const NO_METADATA = '';

/** No metadata is stored like this: update.lua answers what is. */
const NEVER_STORED = ' ';

/** Metadata as Redis stores it: JSON that may be sealed. */
export function encodeMetadata(
  metadata: ConversationMetadata,
  sealing: ConversationSealing,
): string {
  if (Object.keys(metadata).length === 0) return NO_METADATA;
  return sealing.encode('metadata', JSON.stringify(metadata));
}

/** @throws TypeError */
export function openMetadata(stored: string, sealing: ConversationSealing): ConversationMetadata {
  return stored === NO_METADATA ? {} : decodeMetadata(sealing.decode('metadata', stored));
}

/**
 * What a patch makes of the metadata that is `stored`, as arguments of update.lua. The script does nothing when
 * other metadata is stored by then.
 * @param isCertain whether `stored` was read, and is no guess
 * @throws MetadataFullError, TypeError when what is stored cannot be read
 */
export function encodeMetadataPatch(
  patch: ConversationPatch['metadata'],
  stored: string,
  isCertain: boolean,
  sealing: ConversationSealing,
): { newMetadata: string; expectedMetadata: string } {
  if (patch == null) return { newMetadata: '', expectedMetadata: '' };
  try {
    const merged = mergeMetadata(openMetadata(stored, sealing), patch);
    return { newMetadata: encodeMetadata(merged, sealing), expectedMetadata: stored };
  } catch (error) {
    // There may be no such conversation, or another version of it, which is to be told first.
    if (isCertain || !(error instanceof MetadataFullError)) throw error;
    return { newMetadata: '', expectedMetadata: NEVER_STORED };
  }
}
