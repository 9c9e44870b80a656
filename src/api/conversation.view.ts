import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationStatus,
  type ConversationWithMessages,
  type ForkOrigin,
} from '../domain/conversation.js';
import { toIsoTime } from '../http/iso-time.js';
import { MessageView, toMessageView } from './message.view.js';

@ApiSchema({ name: 'ForkOrigin' })
class ForkOriginView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: 'integer' })
  readonly seq!: number;
}

@ApiSchema({ name: 'Conversation' })
export class ConversationView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  readonly tenantId!: string;

  readonly userId!: string;

  /** The client's own name for it. */
  readonly externalId?: string | undefined;

  readonly title?: string | undefined;

  /** The message of another conversation up to which this one was copied. */
  @ApiPropertyOptional({ type: ForkOriginView })
  readonly forkedFrom?: ForkOrigin | undefined;

  @ApiProperty({ enum: CONVERSATION_STATUSES })
  readonly status!: ConversationStatus;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly metadata!: Readonly<Record<string, string>>;

  /** Messages of all branches. */
  @ApiProperty({ type: 'integer' })
  readonly messageCount!: number;

  /** The last message of the active branch; 0 without messages. */
  @ApiProperty({ type: 'integer' })
  readonly leafSeq!: number;

  /** Every change adds one. The `ETag` is this number in quotes. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly lastAccessedAt!: string;

  /**
   * When the conversation is deleted, unless somebody reads it or writes to it before. `null`: it exists
   * until it is deleted.
   */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly expiresAt!: string | null;
}

@ApiSchema({ name: 'ConversationWithMessages' })
export class ConversationWithMessagesView extends ConversationView {
  @ApiProperty({ type: [MessageView] })
  readonly messages!: readonly MessageView[];
}

/** Names every field, so that no other property of the object reaches a client. */
export function toConversationView(conversation: Conversation): ConversationView {
  return {
    id: conversation.id,
    tenantId: conversation.tenantId,
    userId: conversation.userId,
    // JSON leaves out what is undefined. To leave it out here, with two spreads, would cost more than the rest.
    externalId: conversation.externalId,
    title: conversation.title,
    forkedFrom: conversation.forkedFrom,
    status: conversation.status,
    metadata: conversation.metadata,
    messageCount: conversation.messageCount,
    leafSeq: conversation.leafSeq,
    version: conversation.version,
    createdAt: toIsoTime(conversation.createdAt),
    updatedAt: toIsoTime(conversation.updatedAt),
    lastAccessedAt: toIsoTime(conversation.lastAccessedAt),
    expiresAt: conversation.expiresAt && toIsoTime(conversation.expiresAt),
  };
}

export function toConversationWithMessagesView({
  conversation,
  messages,
}: ConversationWithMessages): ConversationWithMessagesView {
  return Object.assign(toConversationView(conversation), { messages: messages.map(toMessageView) });
}
