import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { toDrafts } from '../api/to-drafts.js';
import {
  Answers,
  ConversationRoutes,
  TakesBody,
  TakesIdempotencyKey,
} from '../api/route-descriptions.js';
import { sourceHeaders } from '../api/source-headers.js';
import { writeHeaders } from '../api/write-headers.js';
import { MessageSizePipe } from '../api/message-size.pipe.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { Problems } from '../problems/problems.decorator.js';
import { ConversationsService } from './conversations.service.js';
import { ChatListDto, SendMessageDto } from './dto/chat.dto.js';
import { CreateConversationDto } from './dto/create-conversation.dto.js';
import {
  ChatListView,
  ChatSentView,
  ChatStartedView,
  toChatListView,
  toChatSentView,
  toChatStartedView,
} from './views/chat.view.js';

/** The same service under the names that an existing chat client knows. */
@ApiTags('chat')
@ConversationRoutes()
@Controller('api/chat')
export class ChatController {
  constructor(private readonly conversations: ConversationsService) {}

  /**
   * Creates a conversation.
   * @remarks The same as `createConversation`, under the name that an existing chat client uses.
   */
  @Post('start')
  @ApiOperation({ operationId: 'startChat' })
  @TakesIdempotencyKey()
  @Answers(201, 'The conversation, with its messages.', {
    type: ChatStartedView,
    headers: ['ETag', 'Idempotency-Replayed'],
  })
  @Problems('forbidden', 'too-many-conversations', 'conversation-full', 'quota-exceeded')
  async start(
    @CurrentCaller() caller: Caller,
    @Body(DtoValidationPipe, MessageSizePipe) { messages = [], ...draft }: CreateConversationDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChatStartedView> {
    const created = { messages: toDrafts(messages), ...draft };
    const outcome = await this.conversations.create(caller, created, key);
    reply.headers(writeHeaders(outcome));
    return toChatStartedView(outcome);
  }

  /**
   * Appends a message.
   * @remarks The same as `appendMessages` with one message, under the name that an existing chat client uses.
   */
  @Post('send')
  @ApiOperation({ operationId: 'sendChat' })
  @TakesIdempotencyKey()
  @Answers(200, 'The message as it is stored.', {
    type: ChatSentView,
    headers: ['ETag', 'Idempotency-Replayed'],
  })
  @Problems('forbidden', 'conversation-closed', 'conversation-full', 'quota-exceeded')
  @HttpCode(200)
  async send(
    @CurrentCaller() caller: Caller,
    @Body(DtoValidationPipe, MessageSizePipe) { conversationId, message }: SendMessageDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChatSentView> {
    const id = conversationId.toLowerCase();
    const outcome = await this.conversations.append(caller, id, toDrafts([message]), { key });
    reply.headers(writeHeaders(outcome));
    return toChatSentView(outcome);
  }

  /**
   * Lists the caller's conversations.
   * @remarks The same as `listConversations`, under the name that an existing chat client uses.
   */
  @Post('list-conversations')
  @ApiOperation({ operationId: 'listChats' })
  @TakesBody()
  @Answers(200, 'A page of conversations.', {
    type: ChatListView,
    headers: ['X-Conversation-Source'],
  })
  @HttpCode(200)
  async list(
    @CurrentCaller() { owner }: Caller,
    @Body(DtoValidationPipe) query: ChatListDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChatListView> {
    const list = await this.conversations.list(owner, query);
    reply.headers(sourceHeaders(list));
    return toChatListView(list);
  }
}
