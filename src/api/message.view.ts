import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ROLES,
  type Message,
  type MessageMetadata,
  type Part,
  type Role,
} from '../domain/message.js';
import { toIsoTime } from '../http/iso-time.js';
import { PartDto } from './message.dto.js';

export class MessageView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  /** 1, 2, 3 … in its conversation. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  readonly seq!: number;

  @ApiProperty({ enum: ROLES })
  readonly role!: Role;

  @ApiProperty({ type: [PartDto] })
  readonly parts!: readonly Part[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  readonly metadata?: MessageMetadata | undefined;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export function toMessageView(message: Message): MessageView {
  return {
    id: message.id,
    seq: message.seq,
    role: message.role,
    parts: message.parts,
    // JSON leaves out what is undefined, at less cost than a spread.
    metadata: message.metadata,
    createdAt: toIsoTime(message.createdAt),
  };
}
