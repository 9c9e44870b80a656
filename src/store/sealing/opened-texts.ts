import { LRUCache } from 'lru-cache';
import type { SealField } from './seal-field.js';

/** The fields that every answer about a conversation shows, and that hardly ever change. */
const SHOWN: ReadonlySet<SealField> = new Set(['title', 'externalId', 'metadata']);

/** UTF-16 units of all names and texts. */
const MAX_LENGTH = 8 * 1024 * 1024;

/**
 * Texts of conversations that are in use, by the place and the stored text that they were opened from. To open them again
 * for each append took as long as to seal its message.
 */
export class OpenedTexts {
  private readonly texts = new LRUCache<string, string>({
    maxSize: MAX_LENGTH,
    sizeCalculation: (text, name) => text.length + name.length,
  });

  /** What `open` gives, unless it is known. */
  get(place: string, field: SealField, stored: string, open: () => string): string {
    if (!SHOWN.has(field)) return open();
    const name = place + stored;
    let text = this.texts.get(name);
    if (text === undefined) {
      text = open();
      this.texts.set(name, text);
    }
    return text;
  }
}
