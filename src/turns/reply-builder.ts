import type { MessageMetadata, NewMessage, Part } from '../domain/message.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { toJson } from './json-output.js';
import { chunksOf } from './part-chunks.js';

/** The most bytes that an orchestrator may yield in a turn, with transient parts. */
export const MAX_REPLY_BYTES = 1024 * 1024;

const NUL = '\u0000';

/**
 * Builds the assistant message from the outputs of an orchestrator, and the chunks for its stream. The
 * AI SDK builds the same message from the chunks, so that a client sees the same in a stream as later.
 */
export class ReplyBuilder {
  private readonly parts: Part[] = [];
  private bytes = 0;
  private chunkIds = 0;
  /** The text part that the next delta continues. */
  private open: { readonly id: string; text: string } | undefined;
  /** A high surrogate at the end of a delta. The next delta may begin with its low surrogate. */
  private highSurrogate = '';

  constructor(private readonly id: string) {}

  /** @throws InvalidOutputError */
  addText(delta: string): Chunk[] {
    let text = this.highSurrogate + delta;
    this.highSurrogate = '';
    if (/[\uD800-\uDBFF]$/.test(text)) {
      this.highSurrogate = text.slice(-1);
      text = text.slice(0, -1);
    }
    if (!text.isWellFormed() || text.includes(NUL)) {
      throw new InvalidOutputError(
        'A text must not have a NUL character or half a surrogate pair.',
      );
    }
    if (text === '') return [];
    this.countBytes(Buffer.byteLength(text));
    const start: Chunk[] = [];
    if (!this.open) {
      this.open = { id: this.nextId(), text: '' };
      start.push({ type: 'text-start', id: this.open.id });
    }
    this.open.text += text;
    return [...start, { type: 'text-delta', id: this.open.id, delta: text }];
  }

  /** @throws InvalidOutputError */
  addPart(value: unknown): Chunk[] {
    const json = toJson(value, 'part');
    const part = JSON.parse(json) as unknown;
    if (!isPart(part))
      throw new InvalidOutputError('A part must be an object with a string "type".');
    this.countBytes(Buffer.byteLength(json));
    const end = this.close();
    const chunks = chunksOf(part, this.nextId());
    const isTransient = part.type.startsWith('data-') && part['transient'] === true;
    if (!isTransient) this.put(part);
    return [...end, ...chunks];
  }

  /** Ends the open text part. Drops half a surrogate pair at its end. */
  close(): Chunk[] {
    this.highSurrogate = '';
    if (!this.open) return [];
    const { id, text } = this.open;
    this.open = undefined;
    this.parts.push({ type: 'text', text });
    return [{ type: 'text-end', id }];
  }

  /** The message, or nothing when it would have no parts. Call {@link close} before. */
  toMessages(metadata?: MessageMetadata): NewMessage[] {
    if (this.parts.length === 0) return [];
    return [{ id: this.id, role: 'assistant', parts: this.parts, ...(metadata && { metadata }) }];
  }

  /** Data with an id, or the call of a tool, replaces its earlier part. */
  private put(part: Part): void {
    const key = part.type.startsWith('data-') ? 'id' : 'toolCallId';
    const index = this.parts.findIndex(
      (other) => part[key] !== undefined && other.type === part.type && other[key] === part[key],
    );
    if (index < 0) this.parts.push(part);
    else this.parts[index] = part;
  }

  private countBytes(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > MAX_REPLY_BYTES) {
      throw new InvalidOutputError(
        `The output of the turn is larger than ${MAX_REPLY_BYTES} bytes.`,
      );
    }
  }

  private nextId(): string {
    this.chunkIds += 1;
    return String(this.chunkIds);
  }
}

function isPart(value: unknown): value is Part {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { type } = value as { type?: unknown };
  return typeof type === 'string' && type !== '';
}
