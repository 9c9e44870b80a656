import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length, ValidateIf } from 'class-validator';
import {
  CONVERSATION_STATUSES,
  MAX_EXTERNAL_ID_LENGTH,
  MAX_TITLE_LENGTH,
  type ConversationStatus,
} from '../../domain/conversation.js';
import { Optional } from '../../http/dto.js';
import { IsMetadata } from './validators.js';

/** A JSON merge patch: what is absent stays, `null` removes. */
export class PatchConversationDto {
  @OptionalOrNull()
  @IsString()
  @Length(1, MAX_EXTERNAL_ID_LENGTH)
  externalId?: string | null;

  @OptionalOrNull()
  @IsString()
  @Length(1, MAX_TITLE_LENGTH)
  title?: string | null;

  @Optional()
  @IsIn(CONVERSATION_STATUSES)
  status?: ConversationStatus;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    nullable: true,
  })
  @Optional()
  @IsMetadata({ patch: true })
  metadata?: Record<string, string | null> | null;
}

function OptionalOrNull(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined && value !== null);
}
