import { decrypt, encrypt } from './authenticated-cipher.js';
import { deflate, inflate } from './compression.js';
import { isShown, type OpenedTexts } from './opened-texts.js';
import type { OwnerKeyring } from './owner-keyring.js';
import { KEY_ID } from './master-key.js';
import type { SealField } from './seal-field.js';
import { currentForms } from './sealed-form.js';
import { SealBrokenError } from './sealing.errors.js';

/** In front of what is sealed where a plain text may be, too. No JSON begins with it. */
const MARK = '\u0001';

/** In front of a plain text that begins with the mark itself. */
const ESCAPE = `${MARK}p`;

/** The beginning of such a text. A bit that flips makes nothing that is sealed begin like this. */
const ESCAPED = `${ESCAPE}${MARK}`;

/**
 * Seals and opens the texts of one conversation. A sealed text is `<form><key id>.<base64>`. The forms: `z` is
 * compressed, `e` is encrypted, and `x` is compressed and then encrypted. What is encrypted is a nonce of 12 bytes, the
 * ciphertext, and a tag of 16 bytes.
 */
export class ConversationSealing {
  constructor(
    private readonly keyring: OwnerKeyring,
    private readonly conversationId: string,
    private readonly compressAbove: number,
    private readonly opened: OpenedTexts,
  ) {}

  /** Whether every text is stored as it is. */
  get isPlain(): boolean {
    return this.keyring.sealingKeyId === undefined && this.compressAbove === Infinity;
  }

  /** The text as a store holds it in a place where other texts are plain. */
  encode(field: SealField, text: string): string {
    const sealed = this.seal(field, text);
    if (sealed !== undefined) return MARK + sealed;
    return text.startsWith(MARK) ? ESCAPE + text : text;
  }

  /**
   * Reads what {@link encode} made, and what was stored before there was any sealing.
   * @throws SealBrokenError, SealKeyMissingError
   */
  decode(field: SealField, stored: string): string {
    if (!stored.startsWith(MARK)) return stored;
    if (stored.startsWith(ESCAPED)) return stored.slice(ESCAPE.length);
    if (!isShown(field)) return this.open(field, stored.slice(MARK.length));
    const { ownerName } = this.keyring;
    const known = this.opened.find(ownerName, this.conversationId, field, stored);
    if (known !== undefined) return known;
    const text = this.open(field, stored.slice(MARK.length));
    this.opened.add(ownerName, this.conversationId, field, { stored, text });
    return text;
  }

  /**
   * The text of {@link encode} as it is encoded now. Undefined when it is so already: compression does not count.
   * @throws SealBrokenError, SealKeyMissingError
   */
  reencode(field: SealField, stored: string): string | undefined {
    return this.isCurrent(formOf(stored))
      ? undefined
      : this.encode(field, this.decode(field, stored));
  }

  /** Whether a text of this form, see {@link currentForms}, would be sealed in the same way now. */
  isCurrent(form: string): boolean {
    return currentForms(this.keyring.sealingKeyId).includes(form);
  }

  /** Undefined when the text is to be stored as it is. */
  seal(field: SealField, text: string): string | undefined {
    const { sealingKeyId } = this.keyring;
    const deflated = this.deflated(text);
    if (sealingKeyId === undefined) {
      return deflated && `z.${deflated.toString('base64')}`;
    }
    const form = deflated ? 'x' : 'e';
    const { contentKey } = this.keyring.keys(sealingKeyId);
    const sealed = encrypt(contentKey, this.place(field, form), deflated ?? text);
    return `${form}${sealingKeyId}.${sealed}`;
  }

  /**
   * Opens what {@link seal} made.
   * @throws SealBrokenError, SealKeyMissingError
   */
  open(field: SealField, sealed: string): string {
    const dot = sealed.indexOf('.');
    const form = sealed[0];
    const text = sealed.slice(dot + 1);
    const bytes = Buffer.from(text, 'base64');
    // The decoder ignores what is no base64, and the last bits.
    if (dot < 1 || bytes.toString('base64') !== text) throw new SealBrokenError();
    if (form === 'z') return inflated(bytes);
    if (form !== 'e' && form !== 'x') throw new SealBrokenError();
    const keyId = sealed.slice(1, dot);
    // What names no key may be anything, and errors show the name.
    if (!KEY_ID.test(keyId)) throw new SealBrokenError();
    const { contentKey } = this.keyring.keys(keyId);
    const plain = decrypt(contentKey, this.place(field, form), bytes);
    return form === 'x' ? inflated(plain) : plain.toString();
  }

  private deflated(text: string): Buffer | undefined {
    // A character has a byte at least.
    return text.length >= this.compressAbove || Buffer.byteLength(text) >= this.compressAbove
      ? deflate(text)
      : undefined;
  }

  /** What a ciphertext is bound to: no two places have the same name. */
  private place(field: SealField, form: string): string {
    return `${form} ${this.keyring.ownerName} ${JSON.stringify(this.conversationId)} ${field}`;
  }
}

/** The form of a text of `encode`; '' when it is plain. */
function formOf(stored: string): string {
  if (!stored.startsWith(MARK) || stored.startsWith(ESCAPED)) return '';
  return stored.slice(MARK.length).split('.', 1)[0] as string;
}

/** Text that is only compressed may have been changed, too. */
function inflated(bytes: Uint8Array): string {
  try {
    return inflate(bytes);
  } catch (cause) {
    throw new SealBrokenError({ cause });
  }
}
