import type { NewMessage, Part } from '../domain/message.js';
import {
  ABORT,
  FINISH,
  metadataChunk,
  startChunk,
  type Chunk,
  type TurnMetadata,
} from './chunk.js';
import { checkChunk, withValues } from './chunk-rules.js';
import { HeldHalves } from './held-halves.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { toJson } from './json-output.js';
import { mergeMetadata, withoutReserved, isRecord } from './merge-metadata.js';
import { MessageAssembly, type InitialMessage, type TextKind } from './message-assembly.js';
import { chunksOf } from './part-chunks.js';

/** The most bytes that an orchestrator may yield in a turn, with transient parts. */
export const MAX_REPLY_BYTES = 1024 * 1024;

/** Where a chunk with a piece of text has its id and its text. */
const DELTAS: Readonly<Record<string, readonly [id: string, text: string]>> = {
  'text-delta': ['id', 'delta'],
  'reasoning-delta': ['id', 'delta'],
  'tool-input-delta': ['toolCallId', 'inputTextDelta'],
};

/** Marks a partial reply. */
const CANCELLED = { cancelled: true };

/**
 * Builds the assistant message from the outputs of an orchestrator, and the chunks for its stream. The
 * AI SDK builds the same message from the chunks, so that a client sees the same in a stream as later.
 */
export class ReplyBuilder {
  private readonly message: MessageAssembly;
  private readonly halves = new HeldHalves();
  private bytes = 0;
  private chunkIds = 0;
  /** The text part that the next piece of text of our own continues. */
  private ownText: string | undefined;
  private finishChunk = FINISH;
  private abortChunk = ABORT;

  /** `initial` is what the message has already, when the turn continues it. */
  constructor(
    private readonly id: string,
    private readonly turn: Readonly<TurnMetadata>,
    initial?: InitialMessage,
  ) {
    this.message = new MessageAssembly(initial);
    this.message.apply(this.start());
  }

  /** The first chunk of the stream. */
  start(): Chunk {
    return startChunk(this.id, { ...this.turn });
  }

  /** @throws InvalidOutputError */
  addText(piece: string): Chunk[] {
    const delta = this.halves.join('', piece);
    if (delta === '') return [];
    this.countBytes(Buffer.byteLength(delta));
    if (this.ownText !== undefined) {
      return this.apply([{ type: 'text-delta', id: this.ownText, delta }]);
    }
    const id = this.nextId();
    this.ownText = id;
    return this.apply([
      { type: 'text-start', id },
      { type: 'text-delta', id, delta },
    ]);
  }

  /**
   * What the stream cannot express is stored all the same: a part of a type that the AI SDK does not
   * know, the name of a file. Clients see it when they read the conversation.
   * @throws InvalidOutputError
   */
  addPart(value: unknown): Chunk[] {
    const json = toJson(value, 'part');
    const part = JSON.parse(json) as unknown;
    if (!isPart(part))
      throw new InvalidOutputError('A part must be an object with a string "type".');
    this.countBytes(Buffer.byteLength(json));
    const end = this.endOwnText();
    const chunks = chunksOf(part, this.nextId());
    if (chunks.length === 0) this.message.parts.push({ ...part });
    for (const chunk of chunks) {
      checkChunk(chunk);
      const built = this.message.apply(chunk);
      if (!built || chunk !== chunks.at(-1)) continue;
      // To clients, a text has come as a whole, whatever the part says.
      Object.assign(built, part, built['state'] === 'done' && { state: 'done' });
    }
    return [...end, ...chunks];
  }

  /**
   * Takes a chunk of the AI SDK's stream. The result is what clients get: the service begins and ends
   * the stream itself.
   * @throws InvalidOutputError
   */
  addChunk(output: Chunk): Chunk[] {
    const end = this.endOwnText();
    const delta = DELTAS[output.type];
    return [...end, ...(delta ? this.addDelta(output, ...delta) : this.addWhole(output))];
  }

  /** Ends what is open. Drops half a surrogate pair at the end of a text. */
  close(): Chunk[] {
    const end = this.endOwnText();
    const ends = this.message.openIds.map(([kind, id]) => ({ type: `${kind}-end`, id }));
    const chunks = [...end, ...this.apply(ends)];
    this.message.close();
    return chunks;
  }

  /** The last chunk of a turn that has completed. Call {@link close} before. */
  finish(): Chunk {
    this.message.apply(this.finishChunk);
    return this.finishChunk;
  }

  /** The last chunks of a turn that was cancelled. Marks the message. Call {@link close} before. */
  cancel(): Chunk[] {
    if (this.message.parts.length === 0) return [this.abortChunk];
    const { messageMetadata } = this.finishChunk;
    const finished = isRecord(messageMetadata) ? messageMetadata : {};
    const mark = metadataChunk(mergeMetadata(finished, CANCELLED));
    return [...this.apply([mark]), this.abortChunk];
  }

  /** The message, or nothing when it would have no parts. */
  toMessages(): NewMessage[] {
    return this.toMessagesWith(this.message.parts);
  }

  /**
   * The message with the parts alone that are behind its initial ones, or nothing when there are none.
   * What the turn has changed in an initial part, such as the output of its call, is not in it.
   */
  toNewMessages(): NewMessage[] {
    return this.toMessagesWith(this.message.newParts);
  }

  private toMessagesWith(parts: readonly Part[]): NewMessage[] {
    if (parts.length === 0) return [];
    const { metadata } = this.message;
    return [{ id: this.id, role: 'assistant', parts, metadata }];
  }

  /** A piece of a text, of a reasoning or of the input of a tool. There are many: this is quick. */
  private addDelta(output: Chunk, idName: string, textName: string): Chunk[] {
    const { type, [idName]: id, [textName]: piece, providerMetadata } = output;
    if (typeof id !== 'string' || typeof piece !== 'string') {
      const own = type === 'text-delta' ? ', or a string "text" without them' : '';
      throw new InvalidOutputError(
        `A chunk "${type}" needs the strings "${idName}" and "${textName}"${own}.`,
      );
    }
    const text = this.halves.join(`${type}:${id}`, piece);
    const chunk = { type, [idName]: id, [textName]: text };
    if (providerMetadata !== undefined) {
      return this.apply([this.readJson({ ...chunk, providerMetadata })]);
    }
    this.countBytes(Buffer.byteLength(text));
    // In a new step, the AI SDK makes another part of the call: a second piece makes that part whole.
    const isNew = type === 'tool-input-delta' && !this.message.isCallInStep(chunk);
    const chunks = this.apply([chunk, ...(isNew ? [{ ...chunk, [textName]: '' }] : [])]);
    return text === '' && !isNew ? [] : chunks;
  }

  private addWhole(output: Chunk): Chunk[] {
    const chunk = this.readJson(output);
    switch (chunk.type) {
      case 'start':
      case 'message-metadata':
        return this.addMetadata(chunk['messageMetadata']);
      case 'finish':
        this.addFinish(chunk);
        return [];
      case 'abort':
        this.abortChunk = { type: 'abort', ...pick(chunk, 'reason') };
        return [];
      case 'text-start':
        return this.apply([...this.endIfOpen('text', chunk), chunk]);
      case 'reasoning-start':
        return this.apply([...this.endIfOpen('reasoning', chunk), chunk]);
      case 'text-end':
      case 'reasoning-end':
        this.halves.drop(`${chunk.type.replace('-end', '-delta')}:${String(chunk['id'])}`);
        return this.apply([chunk]);
      case 'finish-step':
        // To clients with version 6 of the AI SDK, this chunk also ends what is open, and with version 7
        // it does not. Without it, both do the same.
        return this.message.openIds.length > 0 ? [] : this.apply([chunk]);
      case 'tool-input-error':
        return this.apply(this.message.isStaticCall(chunk) ? this.failedInput(chunk) : [chunk]);
      default:
        return this.apply([chunk]);
    }
  }

  /**
   * Of an input that a static tool does not accept, version 6 of the AI SDK makes a `rawInput`, and
   * version 7 an `input`. Both make the same of these chunks. Clients call no tool for a call that is
   * `providerExecuted`.
   */
  private failedInput(chunk: Chunk): Chunk[] {
    const { toolCallId, errorText } = chunk;
    const known = this.message.isProviderExecuted(chunk);
    return [
      {
        type: 'tool-input-available',
        ...{ toolCallId, providerExecuted: true },
        ...pick(chunk, 'toolName', 'input', 'toolMetadata'),
      },
      {
        type: 'tool-output-error',
        ...{ toolCallId, errorText },
        providerExecuted: chunk['providerExecuted'] ?? known ?? false,
        ...pick(chunk, 'providerMetadata'),
      },
    ];
  }

  private addMetadata(metadata: unknown): Chunk[] {
    const own = isRecord(metadata) ? withoutReserved(metadata) : {};
    return Object.keys(own).length === 0 ? [] : this.apply([metadataChunk(own)]);
  }

  private addFinish(chunk: Chunk): void {
    const { messageMetadata: before } = this.finishChunk;
    const { messageMetadata: added } = chunk;
    const messageMetadata = mergeMetadata(
      isRecord(before) ? before : {},
      isRecord(added) ? withoutReserved(added) : {},
    );
    this.finishChunk = {
      ...{ ...this.finishChunk, ...pick(chunk, 'finishReason') },
      ...(Object.keys(messageMetadata).length > 0 && { messageMetadata }),
    };
  }

  private endOwnText(): Chunk[] {
    this.halves.drop('');
    if (this.ownText === undefined) return [];
    const end = { type: 'text-end', id: this.ownText };
    this.ownText = undefined;
    return this.apply([end]);
  }

  private endIfOpen(kind: TextKind, { id }: Chunk): Chunk[] {
    return this.message.isOpen(kind, String(id)) ? [{ type: `${kind}-end`, id }] : [];
  }

  private readJson(output: Chunk): Chunk {
    const json = toJson(output, 'chunk');
    const chunk = withValues(JSON.parse(json) as Chunk);
    checkChunk(chunk);
    this.countBytes(Buffer.byteLength(json));
    return chunk;
  }

  private apply(chunks: Chunk[]): Chunk[] {
    for (const chunk of chunks) this.message.apply(chunk);
    return chunks;
  }

  private countBytes(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > MAX_REPLY_BYTES) {
      throw new InvalidOutputError(
        `The output of the turn is larger than ${MAX_REPLY_BYTES} bytes.`,
      );
    }
  }

  /** An id for a part of our own. It must not be that of an open part of the orchestrator. */
  private nextId(): string {
    do this.chunkIds += 1;
    while (this.message.openIds.some(([, id]) => id === String(this.chunkIds)));
    return String(this.chunkIds);
  }
}

function isPart(value: unknown): value is Part {
  return isRecord(value) && typeof value['type'] === 'string' && value['type'] !== '';
}

function pick(chunk: Chunk, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (chunk[name] === undefined ? [] : [[name, chunk[name]]])),
  );
}
