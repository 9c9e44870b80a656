import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { toJson } from './json-output.js';
import { parsePartialJson } from './partial-json.js';

/** A part that is being built. */
export interface BuiltPart {
  type: string;
  [property: string]: unknown;
}

/** The input of a call as it comes. */
interface StreamedInput {
  readonly call: Chunk;
  text: string;
}

/** What a chunk says about a call. */
interface ToolUpdate {
  readonly toolName: string;
  readonly isDynamic: boolean;
  readonly state: string;
  readonly input: unknown;
  readonly rawInput?: unknown;
  readonly inputEncoding?: unknown;
  readonly output?: unknown;
  readonly errorText?: unknown;
}

/** The parts of tool calls in a message: what the AI SDK's `processUIMessageStream` makes of chunks. */
export class ToolParts {
  private inputs = new Map<string, StreamedInput>();
  /** Calls whose input has only been streamed. */
  private readonly unread = new Map<BuiltPart, string>();

  /** `parts` are those of the message, which this class adds to. */
  constructor(private readonly parts: BuiltPart[]) {
    for (const part of this.currentStep()) {
      if (!isToolPart(part) || part['state'] !== 'input-streaming') continue;
      const { toolCallId, title, toolMetadata, inputEncoding, rawInput } = part;
      const isDynamic = part.type === 'dynamic-tool';
      const call = {
        type: 'tool-input-start',
        ...{ toolCallId, toolName: nameOf(part), dynamic: isDynamic },
        ...{ title, toolMetadata, inputEncoding },
      };
      this.inputs.set(String(toolCallId), {
        call,
        text: typeof rawInput === 'string' ? rawInput : '',
      });
    }
  }

  /** @throws InvalidOutputError when the chunk is about a call that the message does not have */
  apply(chunk: Chunk): BuiltPart {
    const { toolName, dynamic, input, inputEncoding } = chunk as Chunk & { toolName: string };
    const called = { toolName, isDynamic: dynamic === true };
    switch (chunk.type) {
      case 'tool-input-start':
        this.inputs.set(String(chunk['toolCallId']), { call: chunk, text: '' });
        return this.update(chunk, {
          ...called,
          ...{ state: 'input-streaming', input: undefined, inputEncoding },
        });
      case 'tool-input-delta':
        return this.addInput(chunk);
      case 'tool-input-available':
        return this.update(chunk, { ...called, state: 'input-available', input });
      case 'tool-input-error': {
        const known = this.currentStep().find(isPartOf(chunk['toolCallId']));
        const isDynamic = known ? known.type === 'dynamic-tool' : called.isDynamic;
        const failed = { state: 'output-error', input, errorText: chunk['errorText'] };
        // The AI SDK takes no title from this chunk.
        return this.update({ ...chunk, title: undefined }, { ...called, isDynamic, ...failed });
      }
      case 'tool-output-available':
        return this.addOutput(chunk, { state: 'output-available', output: chunk['output'] });
      case 'tool-output-error':
        return this.addOutput(chunk, { state: 'output-error', errorText: chunk['errorText'] });
      case 'tool-output-denied':
        return Object.assign(this.find(chunk), { state: 'output-denied' });
      case 'tool-approval-request':
        return this.requestApproval(chunk);
      default:
        return this.addApproval(chunk);
    }
  }

  /** Whether the call has a part of a static tool in the current step, or would get one. */
  isStatic({ toolCallId, dynamic }: Chunk): boolean {
    const known = this.currentStep().find(isPartOf(toolCallId));
    return known ? known.type !== 'dynamic-tool' : dynamic !== true;
  }

  /** Whether the call has a part in the current step. */
  isInStep({ toolCallId }: Chunk): boolean {
    return this.currentStep().some(isPartOf(toolCallId));
  }

  /** Whether the provider of the model runs the tool, as the part of the call says. */
  isProviderExecuted({ toolCallId }: Chunk): unknown {
    return this.currentStep().find(isPartOf(toolCallId))?.['providerExecuted'];
  }

  /** Removes the parts of the current step. */
  resetStep(): void {
    const { length } = this.currentStep();
    this.parts.splice(this.parts.length - length, length);
    this.inputs = new Map();
  }

  /** Reads the inputs that have not come as a whole. */
  close(): void {
    for (const part of this.unread.keys()) this.readInput(part);
  }

  /** Clients read the input after each piece. One reading is enough here: when it matters. */
  private readInput(part: BuiltPart): void {
    const text = this.unread.get(part);
    if (text === undefined) return;
    this.unread.delete(part);
    setOrDelete(part, 'input', part['inputEncoding'] === 'text' ? text : readStorable(text));
  }

  private addInput({ type, toolCallId, inputTextDelta }: Chunk): BuiltPart {
    const streamed = this.inputs.get(String(toolCallId));
    if (!streamed) throw unknownCall(type, toolCallId);
    streamed.text += String(inputTextDelta);
    const { toolName, dynamic, title, toolMetadata, inputEncoding } = streamed.call;
    const part = this.update(
      { type, toolCallId, title, toolMetadata },
      {
        toolName: String(toolName),
        isDynamic: dynamic === true,
        ...{ state: 'input-streaming', input: undefined, rawInput: streamed.text, inputEncoding },
      },
    );
    this.unread.set(part, streamed.text);
    return part;
  }

  private addOutput(
    chunk: Chunk,
    result: Pick<ToolUpdate, 'state' | 'output' | 'errorText'>,
  ): BuiltPart {
    const part = this.find(chunk);
    const isDynamic = part.type === 'dynamic-tool';
    const { title, toolMetadata, input } = part;
    const rawInput = result.state === 'output-error' && !isDynamic ? part['rawInput'] : undefined;
    return this.update(
      { ...chunk, title, toolMetadata: chunk['toolMetadata'] ?? toolMetadata },
      { toolName: nameOf(part), isDynamic, input, rawInput, ...result },
      part,
    );
  }

  private requestApproval(chunk: Chunk): BuiltPart {
    const { approvalId: id, approvalDescriptor, signature, reason, isAutomatic } = chunk;
    const approval = {
      id,
      ...(approvalDescriptor !== undefined && { descriptor: approvalDescriptor }),
      ...('inputSchemaInput' in chunk && { inputSchemaInput: chunk['inputSchemaInput'] }),
      ...(reason !== undefined && { requestReason: reason }),
      ...(isAutomatic === true && { isAutomatic }),
      ...(signature !== undefined && { signature }),
    };
    return Object.assign(this.find(chunk), { state: 'approval-requested', approval });
  }

  private addApproval(chunk: Chunk): BuiltPart {
    const { approvalId: id, approved, reason, providerExecuted, providerMetadata } = chunk;
    const part = this.parts.find(
      (other) =>
        isToolPart(other) && (other['approval'] as { id?: unknown } | undefined)?.id === id,
    );
    if (!part) {
      throw new InvalidOutputError(
        `A chunk "${chunk.type}" names the unknown approval "${String(id)}".`,
      );
    }
    this.readInput(part);
    const approval = { ...(part['approval'] as object), id, approved };
    return Object.assign(part, {
      state: 'approval-responded',
      approval: { ...approval, ...(reason !== undefined && { reason }) },
      ...(providerExecuted !== undefined && { providerExecuted }),
      ...(providerMetadata !== undefined && { callProviderMetadata: providerMetadata }),
    });
  }

  private update(chunk: Chunk, update: ToolUpdate, known?: BuiltPart): BuiltPart {
    const { toolCallId, title, toolMetadata, providerExecuted, providerMetadata } = chunk;
    const { toolName, isDynamic, state } = update;
    const present = known ?? this.currentStep().find(isPartOf(toolCallId, isDynamic));
    const part = present ?? this.push();
    this.unread.delete(part);
    part.type = isDynamic ? 'dynamic-tool' : `tool-${toolName}`;
    if (isDynamic) part['toolName'] = toolName;
    part['toolCallId'] = toolCallId;
    part['state'] = state;
    for (const name of ['input', 'output', 'errorText', 'rawInput', 'inputEncoding'] as const) {
      setOrDelete(part, name, update[name]);
    }
    // The AI SDK makes a new part of a dynamic tool without it.
    if (!present && isDynamic) delete part['rawInput'];
    setOrDelete(part, 'preliminary', chunk['preliminary']);
    if (title !== undefined) part['title'] = title;
    if (toolMetadata !== undefined) part['toolMetadata'] = toolMetadata;
    if (providerExecuted !== undefined) part['providerExecuted'] = providerExecuted;
    const isResult = state === 'output-available' || state === 'output-error';
    if (providerMetadata !== undefined) {
      part[isResult ? 'resultProviderMetadata' : 'callProviderMetadata'] = providerMetadata;
    }
    return part;
  }

  private push(): BuiltPart {
    const part = { type: '' };
    this.parts.push(part);
    return part;
  }

  /** The call that a result or an approval is about: first in the current step, then the latest. */
  private find({ type, toolCallId }: Chunk): BuiltPart {
    const isOfCall = isPartOf(toolCallId);
    const part = this.currentStep().find(isOfCall) ?? this.parts.findLast(isOfCall);
    if (!part) throw unknownCall(type, toolCallId);
    this.readInput(part);
    return part;
  }

  private currentStep(): BuiltPart[] {
    return this.parts.slice(this.parts.findLastIndex(({ type }) => type === 'step-start') + 1);
  }
}

/** A value that is nested too deeply, say, cannot be stored. Its text can. */
function readStorable(text: string): unknown {
  const value = parsePartialJson(text);
  try {
    toJson(value ?? null, 'input');
    return value;
  } catch (error) {
    if (error instanceof InvalidOutputError) return undefined;
    throw error;
  }
}

function isToolPart({ type }: BuiltPart): boolean {
  return type === 'dynamic-tool' || type.startsWith('tool-');
}

function isPartOf(toolCallId: unknown, isDynamic?: boolean): (part: BuiltPart) => boolean {
  return (part) =>
    isToolPart(part) &&
    part['toolCallId'] === toolCallId &&
    (isDynamic === undefined || isDynamic === (part.type === 'dynamic-tool'));
}

function nameOf(part: BuiltPart): string {
  return part.type === 'dynamic-tool' ? String(part['toolName']) : part.type.slice('tool-'.length);
}

/** JSON has no `undefined`: the property goes. */
export function setOrDelete(part: BuiltPart, name: string, value: unknown): void {
  if (value === undefined) Reflect.deleteProperty(part, name);
  else part[name] = value;
}

function unknownCall(type: string, toolCallId: unknown): InvalidOutputError {
  return new InvalidOutputError(
    `A chunk "${type}" names the unknown tool call "${String(toolCallId)}".`,
  );
}
