import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import type { MessageRange } from '../domain/message-range.js';
import {
  ConversationId,
  ConversationRoutes,
  Problems,
  TakesIdempotencyKey,
} from './api-description.js';
import { toMessageView, toView } from './conversation.view.js';
import { ConversationsService } from './conversations.service.js';
import { AppendedView, MessageListView } from './dto/answers.dto.js';
import { AppendMessagesDto } from './dto/append-messages.dto.js';
import { ListMessagesQuery } from './dto/queries.dto.js';
import { toDrafts } from './message-drafts.js';
import { writeHeaders } from './write-headers.js';

@ApiTags('messages')
@ConversationRoutes()
@ConversationId()
@Controller('api/v1/conversations/:id/messages')
export class MessagesController {
  constructor(private readonly conversations: ConversationsService) {}

  /** A page of messages in order; the latest ones by default. */
  @Get()
  async list(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Query(DtoValidationPipe) query: ListMessagesQuery,
  ): Promise<MessageListView> {
    const { messages, hasMore } = await this.conversations.read(owner, id, toRange(query));
    return { data: messages.map(toMessageView), hasMore };
  }

  /** Appends all messages in order, or none. */
  @Post()
  @TakesIdempotencyKey()
  @Problems(403)
  async append(
    @CurrentCaller() caller: Caller,
    @Param('id', UuidPipe) id: string,
    @Body(DtoValidationPipe) { messages }: AppendMessagesDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppendedView> {
    const outcome = await this.conversations.append(caller, id, toDrafts(messages), key);
    reply.headers(writeHeaders(outcome));
    const { messages: appended, conversation } = outcome;
    return { data: appended.map(toMessageView), conversation: toView(conversation) };
  }
}

function toRange({ limit, before, after }: ListMessagesQuery): MessageRange {
  if (after !== undefined) return { limit, from: { after } };
  return { limit, from: before === undefined ? 'end' : { before } };
}
