import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsString, MinLength, ValidateIf } from 'class-validator';
import { ROLES, type Part, type Role } from '../../domain/message.js';
import { Optional } from '../../http/dto.js';
import { IsInsteadOf, IsParts, IsRecord, IsWithinMessageSize } from './validators.js';

/** A part as the AI SDK has it: of the type `text` with its `text`, or of any other with whatever it has. */
@ApiSchema({ description: 'A part of an AI SDK UIMessage, kept as sent.' })
export class PartDto {
  readonly type!: string;

  /** There when the type is `text`. */
  readonly text?: string;
}

/** A message to store: `content`, a text, or `parts`. */
export class NewMessageDto {
  @ApiProperty({ enum: ROLES, required: false, default: 'user' })
  @IsIn(ROLES)
  role: Role = 'user';

  /** There is one of the two: without parts, the content is missing. */
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
