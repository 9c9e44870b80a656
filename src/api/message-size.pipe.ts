import { Inject, Injectable, Optional, type PipeTransform } from '@nestjs/common';
import { InvalidRequestError } from '../http/request.errors.js';
import {
  DEFAULT_MESSAGE_LIMITS,
  MESSAGE_LIMITS,
  type MessageLimits,
} from '../messages/message-limits.module.js';
import type { FieldError } from '../validation/field-errors.js';
import { NewMessageDto } from './message.dto.js';

/** A body that may have messages, in the properties of the routes that take some. */
interface BodyWithMessages {
  readonly message?: unknown;
  readonly messages?: unknown;
  readonly continue?: {
    readonly toolResults: readonly { readonly output?: unknown }[];
  };
}

/** Limits the bytes of each message of a body, and of each output of a tool. The body is validated before. */
@Injectable()
export class MessageSizePipe<Body extends object> implements PipeTransform<Body, Body> {
  constructor(
    @Optional()
    @Inject(MESSAGE_LIMITS)
    private readonly limits: MessageLimits = DEFAULT_MESSAGE_LIMITS,
  ) {}

  /** @throws InvalidRequestError */
  transform(body: Body): Body {
    const { maxBytes } = this.limits;
    const errors: FieldError[] = [];
    for (const { field, bytes } of sizesIn(body)) {
      if (bytes > maxBytes) errors.push({ field, message: adviceFor(maxBytes) });
    }
    if (errors.length > 0) throw new InvalidRequestError(errors.slice(0, MAX_ERRORS));
    return body;
  }
}

/** As many as a `DtoValidationPipe` names. */
const MAX_ERRORS = 20;

interface Size {
  readonly field: string;
  readonly bytes: number;
}

function adviceFor(maxBytes: number): string {
  return `must not make the message larger than ${maxBytes} bytes: upload files to an object store, and send their URLs as parts of the type "file"`;
}

function* sizesIn({ message, messages, continue: continued }: BodyWithMessages): Generator<Size> {
  if (message instanceof NewMessageDto) yield sizeOf(message, 'message');
  if (Array.isArray(messages)) {
    for (const [i, each] of messages.entries()) {
      if (each instanceof NewMessageDto) yield sizeOf(each, `messages.${i}`);
    }
  }
  for (const [i, { output }] of (continued?.toolResults ?? []).entries()) {
    yield { field: `continue.toolResults.${i}.output`, bytes: jsonBytes(output) };
  }
}

function sizeOf({ content, parts, metadata }: NewMessageDto, path: string): Size {
  const field = `${path}.${content === undefined ? 'parts' : 'content'}`;
  return { field, bytes: jsonBytes(content ?? parts) + jsonBytes(metadata) };
}

function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
