import type { MessageMetadata, Part } from '../domain/message.js';
import type { Chunk } from './chunk.js';
import { isDataType } from './chunk-rules.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { isRecord, mergeMetadata } from './merge-metadata.js';
import { setOrDelete, ToolParts, type BuiltPart } from './tool-parts.js';

/** Kinds of parts whose text comes in pieces. */
export type TextKind = 'text' | 'reasoning';

/** The parts and the metadata that a message has before its first chunk. */
export interface InitialMessage {
  readonly parts: readonly Part[];
  readonly metadata?: MessageMetadata | undefined;
}

/**
 * Assembles a message from the chunks of its stream: the counterpart of the AI SDK's
 * `processUIMessageStream`, which assembles the message in clients. Give it chunks that
 * {@link checkChunk} accepts, as they are sent. It stores no `undefined`, because JSON has none.
 */
export class MessageAssembly {
  readonly parts: BuiltPart[];
  private firstNew: number;
  private merged: MessageMetadata;
  private readonly tools: ToolParts;
  private readonly open = {
    text: new Map<string, BuiltPart>(),
    reasoning: new Map<string, BuiltPart>(),
  };

  constructor({ parts, metadata = {} }: InitialMessage = { parts: [] }) {
    this.parts = structuredClone(parts) as BuiltPart[];
    this.firstNew = parts.length;
    this.merged = metadata;
    this.tools = new ToolParts(this.parts);
  }

  get metadata(): MessageMetadata {
    return this.merged;
  }

  /** The parts behind the initial ones. */
  get newParts(): readonly Part[] {
    return this.parts.slice(this.firstNew);
  }

  /** Whether the part of a text or a reasoning has begun and has not ended. */
  isOpen(kind: TextKind, id: string): boolean {
    return this.open[kind].has(id);
  }

  /** The texts and reasonings that have not ended. */
  get openIds(): readonly (readonly [TextKind, string])[] {
    const kinds = ['text', 'reasoning'] as const;
    return kinds.flatMap((kind) => [...this.open[kind].keys()].map((id) => [kind, id] as const));
  }

  /** {@link ToolParts.isStatic} */
  isStaticCall(chunk: Chunk): boolean {
    return this.tools.isStatic(chunk);
  }

  /** {@link ToolParts.isInStep} */
  isCallInStep(chunk: Chunk): boolean {
    return this.tools.isInStep(chunk);
  }

  /** {@link ToolParts.isProviderExecuted} */
  isProviderExecuted(chunk: Chunk): unknown {
    return this.tools.isProviderExecuted(chunk);
  }

  /**
   * Returns the part that the chunk has made or changed, if it is about a part.
   * @throws InvalidOutputError when the chunk is about something that the message does not have
   */
  apply(chunk: Chunk): BuiltPart | undefined {
    const { type } = chunk;
    if (isDataType(type)) return this.putData(chunk);
    if (type.startsWith('tool-')) return this.tools.apply(chunk);
    switch (type) {
      case 'text-start':
      case 'text-delta':
      case 'text-end':
        return this.applyText('text', chunk);
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.applyText('reasoning', chunk);
      case 'file':
      case 'reasoning-file':
        return this.push(chunk, ['mediaType', 'url', 'providerMetadata']);
      case 'source-url':
        return this.push(chunk, ['sourceId', 'url', 'title', 'providerMetadata']);
      case 'source-document': {
        const properties = ['sourceId', 'mediaType', 'title', 'filename', 'providerMetadata'];
        return this.push(chunk, properties);
      }
      case 'custom':
        return this.push(chunk, ['kind', 'providerMetadata']);
      case 'steering-message':
        return this.push(chunk, ['id', 'parts']);
      case 'start-step':
        return this.push({ type: 'step-start' }, []);
      case 'reset-step':
        this.resetStep();
        return undefined;
      default:
        this.mergeMetadata(chunk['messageMetadata']);
        return undefined;
    }
  }

  /** The stream has ended. */
  close(): void {
    this.tools.close();
  }

  private applyText(kind: TextKind, chunk: Chunk): BuiltPart {
    const { type, id, delta, providerMetadata, citations } = chunk as Chunk & { id: string };
    const open = this.open[kind];
    if (type === `${kind}-start`) {
      const part = {
        type: kind,
        ...(kind === 'reasoning' && { id }),
        text: '',
        state: 'streaming',
      };
      this.parts.push(part);
      open.set(id, part);
    }
    const part = open.get(id);
    if (!part) {
      throw new InvalidOutputError(
        `A chunk "${type}" has the id "${id}", which no "${kind}-start" had.`,
      );
    }
    if (typeof delta === 'string') part['text'] = String(part['text']) + delta;
    if (providerMetadata !== undefined) part['providerMetadata'] = providerMetadata;
    if (type === `${kind}-end`) {
      part['state'] = 'done';
      if (kind === 'text' && citations !== undefined) part['citations'] = citations;
      open.delete(id);
    }
    return part;
  }

  private push(chunk: Chunk, properties: readonly string[]): BuiltPart {
    const has = properties.filter((name) => chunk[name] !== undefined);
    const part = {
      type: chunk.type,
      ...Object.fromEntries(has.map((name) => [name, chunk[name]])),
    };
    this.parts.push(part);
    return part;
  }

  private putData(chunk: Chunk): BuiltPart | undefined {
    const { type, id, data, transient } = chunk;
    if (transient === true) return undefined;
    const known = this.parts.find(
      (part) => id !== undefined && part.type === type && part['id'] === id,
    );
    if (known) {
      setOrDelete(known, 'data', data);
      return known;
    }
    const part = { ...chunk };
    this.parts.push(part);
    return part;
  }

  private resetStep(): void {
    this.open.text.clear();
    this.open.reasoning.clear();
    this.tools.resetStep();
    this.firstNew = Math.min(this.firstNew, this.parts.length);
  }

  private mergeMetadata(metadata: unknown): void {
    if (isRecord(metadata)) this.merged = mergeMetadata(this.merged, metadata);
  }
}
