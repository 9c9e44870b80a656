import type { MessageMetadata, NewMessage, Part } from '../domain/message.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { toJson } from './json-output.js';
import { chunksOf } from './part-chunks.js';

/** Bytes of what an orchestrator says in a turn, transient parts too. */
export const MAX_REPLY_BYTES = 1024 * 1024;

const NUL = '\u0000';

/**
 * The message that an orchestrator's output makes: what the AI SDK makes of its chunks, so that a
 * client that streams and one that reads later see the same.
 */
export class ReplyBuilder {
  private readonly parts: Part[] = [];
  private bytes = 0;
  private chunkIds = 0;
  /** The text part that further deltas go into. */
  private open: { readonly id: string; text: string } | undefined;
  /** Half a surrogate pair at the end of a delta: the other half may be in the next. */
  private half = '';

  constructor(private readonly id: string) {}

  /** @throws InvalidOutputError */
  addText(delta: string): Chunk[] {
    let text = this.half + delta;
    this.half = '';
    if (/[\uD800-\uDBFF]$/.test(text)) {
      this.half = text.slice(-1);
      text = text.slice(0, -1);
    }
    if (!text.isWellFormed() || text.includes(NUL)) {
      throw new InvalidOutputError('The text has a NUL character or half a surrogate pair.');
    }
    if (text === '') return [];
    this.count(Buffer.byteLength(text));
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
    if (!isPart(part)) throw new InvalidOutputError('A part is an object with a "type".');
    this.count(Buffer.byteLength(json));
    const end = this.close();
    const chunks = chunksOf(part, this.nextId());
    const isTransient = part.type.startsWith('data-') && part['transient'] === true;
    if (!isTransient) this.put(part);
    return [...end, ...chunks];
  }

  /** Ends the text that is open. Half a character at its end is none. */
  close(): Chunk[] {
    this.half = '';
    if (!this.open) return [];
    const { id, text } = this.open;
    this.open = undefined;
    this.parts.push({ type: 'text', text });
    return [{ type: 'text-end', id }];
  }

  /** None when nothing was said. Only after {@link close}. */
  toMessages(metadata?: MessageMetadata): NewMessage[] {
    if (this.parts.length === 0) return [];
    return [{ id: this.id, role: 'assistant', parts: this.parts, ...(metadata && { metadata }) }];
  }

  /** Data with an id, and calls of tools, are there once, as they were last. */
  private put(part: Part): void {
    const key = part.type.startsWith('data-') ? 'id' : 'toolCallId';
    const place = this.parts.findIndex(
      (other) => part[key] !== undefined && other.type === part.type && other[key] === part[key],
    );
    if (place < 0) this.parts.push(part);
    else this.parts[place] = part;
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > MAX_REPLY_BYTES) {
      throw new InvalidOutputError(`The answer is larger than ${MAX_REPLY_BYTES} bytes.`);
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
