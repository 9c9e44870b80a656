import { LRUCache } from 'lru-cache';
import type { SealField } from './seal-field.js';

/** The fields that every answer about a conversation shows, and that hardly ever change. */
type ShownField = Extract<SealField, 'title' | 'externalId' | 'metadata'>;

/** UTF-16 units of all texts, opened and stored. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** A text, and what it was opened from. */
interface OpenedText {
  readonly stored: string;
  readonly text: string;
}

/** Of one conversation. Its id alone does not tell whose it is. */
type OpenedFields = Readonly<Partial<Record<ShownField, OpenedText>>> & {
  readonly ownerName: string;
};

/**
 * Texts of conversations that are in use. To open them again for each append took as long as to seal its message. They
 * are found by the id of the conversation, because to hash a sealed text takes longer than to compare it.
 */
export class OpenedTexts {
  private readonly byConversation = new LRUCache<string, OpenedFields>({
    maxSize: MAX_LENGTH,
    sizeCalculation,
  });

  /** What was opened from the same stored text at the same place. */
  find(
    ownerName: string,
    conversationId: string,
    field: ShownField,
    stored: string,
  ): string | undefined {
    const fields = this.byConversation.get(conversationId);
    if (fields?.ownerName !== ownerName) return undefined;
    const opened = fields[field];
    return opened?.stored === stored ? opened.text : undefined;
  }

  add(ownerName: string, conversationId: string, field: ShownField, opened: OpenedText): void {
    const known = this.byConversation.get(conversationId);
    const others = known?.ownerName === ownerName ? known : { ownerName };
    this.byConversation.set(conversationId, { ...others, [field]: opened });
  }
}

export function isShown(field: SealField): field is ShownField {
  return field === 'title' || field === 'externalId' || field === 'metadata';
}

function sizeCalculation({ ownerName, title, externalId, metadata }: OpenedFields, id: string) {
  return id.length + ownerName.length + sizeOf(title) + sizeOf(externalId) + sizeOf(metadata);
}

function sizeOf(opened: OpenedText | undefined): number {
  return opened ? opened.stored.length + opened.text.length : 0;
}
