import { IsIn, IsString, MinLength, ValidateIf } from 'class-validator';
import { ROLES, type Part, type Role } from '../../domain/message.js';
import { Optional } from '../../http/dto.js';
import { IsInsteadOf, IsParts, IsRecord, IsWithinMessageSize } from './validators.js';

/** A message to store: `content`, a text, or `parts`. */
export class NewMessageDto {
  @IsIn(ROLES)
  role: Role = 'user';

  /** There is one of the two: without parts, the content is missing. */
  @ValidateIf(({ content, parts }: NewMessageDto) => content !== undefined || parts === undefined)
  @IsWithinMessageSize()
  @MinLength(1)
  @IsString()
  content?: string;

  @Optional()
  @IsWithinMessageSize()
  @IsParts()
  @IsInsteadOf('content')
  parts?: Part[];

  @Optional()
  @IsRecord()
  metadata?: Record<string, unknown>;
}
