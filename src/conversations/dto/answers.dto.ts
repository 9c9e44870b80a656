import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import { ROLES, type MessageMetadata, type Part, type Role } from '../../domain/message.js';

/*
 * What answers show. Classes, so that the API description can be made of them; nothing makes any:
 * the domain's objects have their shape.
 */

export class MessageView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  /** 1, 2, 3 … in its conversation. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  readonly seq!: number;

  @ApiProperty({ enum: ROLES })
  readonly role!: Role;

  @ApiProperty({ type: 'array', items: { $ref: '#/components/schemas/PartDto' } })
  readonly parts!: readonly Part[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  readonly metadata?: MessageMetadata;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export class ConversationView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  readonly tenantId!: string;

  readonly userId!: string;

  /** The client's own name for it. */
  readonly externalId?: string;

  readonly title?: string;

  @ApiProperty({ enum: CONVERSATION_STATUSES })
  readonly status!: ConversationStatus;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly metadata!: Readonly<Record<string, string>>;

  @ApiProperty({ type: 'integer' })
  readonly messageCount!: number;

  /** One more with every change; the `ETag` in quotes. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly lastAccessedAt!: string;

  /** When it is gone unless somebody writes to it or reads it before. */
  @ApiProperty({ format: 'date-time' })
  readonly expiresAt!: string;
}

export class ConversationWithMessagesView extends ConversationView {
  @ApiProperty({ type: [MessageView] })
  readonly messages!: readonly MessageView[];
}

export class ConversationListView {
  @ApiProperty({ type: [ConversationView] })
  readonly data!: readonly ConversationView[];

  /** `null` at the end. */
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export class MessageListView {
  @ApiProperty({ type: [MessageView] })
  readonly data!: readonly MessageView[];

  readonly hasMore!: boolean;
}

export class AppendedView {
  /** The messages of this request. */
  @ApiProperty({ type: [MessageView] })
  readonly data!: readonly MessageView[];

  readonly conversation!: ConversationView;
}

export class ErasedView {
  /** How many conversations there were. */
  @ApiProperty({ type: 'integer' })
  readonly deleted!: number;
}

export class ChatStartedView {
  @ApiProperty({ format: 'uuid' })
  readonly conversationId!: string;

  readonly conversation!: ConversationWithMessagesView;
}

export class ChatSentView {
  @ApiProperty({ format: 'uuid' })
  readonly conversationId!: string;

  @ApiProperty({ type: [MessageView] })
  readonly messages!: readonly MessageView[];
}

export class ChatListView {
  @ApiProperty({ type: [ConversationView] })
  readonly conversations!: readonly ConversationView[];

  /** `null` at the end. */
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}
