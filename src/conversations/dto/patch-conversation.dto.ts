import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import {
  CONVERSATION_STATUSES,
  MAX_EXTERNAL_ID_LENGTH,
  MAX_TITLE_LENGTH,
  type ConversationStatus,
} from '../../domain/conversation.js';
import { IsWholeNumber, Optional, OptionalOrNull } from '../../validation/rules.js';
import { IsMetadataPatch } from './metadata-rules.js';

/** A JSON merge patch: a property that is absent stays as it is, and `null` removes it. */
@ApiSchema({ name: 'ConversationPatch' })
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

  /** The message at which the active branch is to end. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  @Optional()
  @IsWholeNumber(1)
  leafSeq?: number;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    nullable: true,
  })
  @OptionalOrNull()
  @IsMetadataPatch()
  metadata?: Record<string, string | null> | null;
}
