import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { serializeMessages } from '../api/message-list.json.js';
import { toDrafts } from '../api/to-drafts.js';
import {
  Answers,
  ConversationId,
  ConversationRoutes,
  TakesIdempotencyKey,
} from '../api/route-descriptions.js';
import { sourceHeaders } from '../api/source-headers.js';
import { writeHeaders } from '../api/write-headers.js';
import { MessageSizePipe } from '../api/message-size.pipe.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import type { MessageRange } from '../domain/message-range.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { Problems } from '../problems/problems.decorator.js';
import { ConversationsService } from './conversations.service.js';
import { AppendMessagesDto } from './dto/append-messages.dto.js';
import { ListMessagesQuery } from './dto/read-messages.dto.js';
import { AppendedView, toAppendedView } from './views/appended.view.js';
import { MessageListView, toMessageListView } from './views/message-list.view.js';

@ApiTags('messages')
@ConversationRoutes()
@ConversationId()
@Controller('api/v1/conversations/:id/messages')
export class MessagesController {
  constructor(private readonly conversations: ConversationsService) {}

  /**
   * Lists messages in order.
   * @remarks By default the latest ones of the active branch. A page may be shorter than `limit`: `hasMore` says whether
   * there are more.
   */
  @Get()
  @ApiOperation({ operationId: 'listMessages' })
  @Answers(200, 'A page of messages.', {
    type: MessageListView,
    headers: ['X-Conversation-Source'],
  })
  @Problems('message-not-found')
  async list(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Query(DtoValidationPipe) query: ListMessagesQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageListView> {
    const page = await this.conversations.read(owner, id, toRange(query));
    reply.headers(sourceHeaders(page));
    serializeMessages(reply, 'data');
    return toMessageListView(page);
  }

  /**
   * Appends messages.
   * @remarks All of them in order, or none.
   */
  @Post()
  @ApiOperation({ operationId: 'appendMessages' })
  @TakesIdempotencyKey()
  @Answers(201, 'The messages as they are stored.', {
    type: AppendedView,
    headers: ['ETag', 'Idempotency-Replayed'],
  })
  @Problems('forbidden', 'message-not-found', 'conversation-closed', 'conversation-full')
  @Problems('quota-exceeded', 'message-superseded', 'branches-full')
  async append(
    @CurrentCaller() caller: Caller,
    @Param('id', UuidPipe) id: string,
    @Body(DtoValidationPipe, MessageSizePipe)
    { messages, parentSeq, supersedes }: AppendMessagesDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AppendedView> {
    const outcome = await this.conversations.append(caller, id, toDrafts(messages), {
      key,
      parentSeq,
      supersedes,
    });
    reply.headers(writeHeaders(outcome));
    return toAppendedView(outcome);
  }
}

function toRange({ limit, before, after, leaf: branch }: ListMessagesQuery): MessageRange {
  if (after !== undefined) return { limit, from: { after }, branch };
  return { limit, from: before === undefined ? 'end' : { before }, branch };
}
