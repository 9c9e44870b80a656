import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsString, MinLength, ValidateIf } from 'class-validator';
import { ROLES, type Part, type Role } from '../domain/message.js';
import { IsInsteadOf, IsRecord, Optional } from '../validation/rules.js';
import { IsParts, IsWithinMessageSize } from './message-rules.js';

/** A part of the type `text` has a `text`. A part of another type may have any properties. */
@ApiSchema({ description: 'A part of an AI SDK UIMessage, stored as sent.' })
export class PartDto {
  readonly type!: string;

  /** Required when the type is `text`. */
  readonly text?: string;
}

/** A message to store: either `content`, which is a text, or `parts`. */
export class NewMessageDto {
  @ApiProperty({ enum: ROLES, required: false, default: 'user' })
  @IsIn(ROLES)
  role: Role = 'user';

  /** The text of the message. Send either `content` or `parts`. */
  @ValidateIf(({ content, parts }: NewMessageDto) => content !== undefined || parts === undefined)
  @IsWithinMessageSize()
  @MinLength(1)
  @IsString()
  content?: string;

  @ApiProperty({ type: [PartDto], required: false })
  @Optional()
  @IsWithinMessageSize()
  @IsParts()
  @IsInsteadOf('content')
  parts?: Part[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @Optional()
  @IsRecord()
  metadata?: Record<string, unknown>;
}
