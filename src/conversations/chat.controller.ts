import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { ConversationRoutes, Problems, TakesIdempotencyKey } from './api-description.js';
import { toMessageView, toView, toViewWithMessages } from './conversation.view.js';
import { ConversationsService } from './conversations.service.js';
import { ChatListView, ChatSentView, ChatStartedView } from './dto/answers.dto.js';
import { ChatListDto, SendMessageDto } from './dto/chat.dto.js';
import { CreateConversationDto } from './dto/create-conversation.dto.js';
import { toDrafts } from './message-drafts.js';
import { writeHeaders } from './write-headers.js';

/** The names under which an existing chat client knows the same service. */
@ApiTags('chat')
@ConversationRoutes()
@Controller('api/chat')
export class ChatController {
  constructor(private readonly conversations: ConversationsService) {}

  /** Creates a conversation. */
  @Post('start')
  @TakesIdempotencyKey()
  @Problems(403)
  async start(
    @CurrentCaller() caller: Caller,
    @Body(DtoValidationPipe) { messages = [], ...draft }: CreateConversationDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChatStartedView> {
    const created = { messages: toDrafts(messages), ...draft };
    const outcome = await this.conversations.create(caller, created, key);
    reply.headers(writeHeaders(outcome));
    const conversation = toViewWithMessages(outcome);
    return { conversationId: conversation.id, conversation };
  }

  /** Appends a message. */
  @Post('send')
  @TakesIdempotencyKey()
  @Problems(403, 404)
  @HttpCode(200)
  async send(
    @CurrentCaller() caller: Caller,
    @Body(DtoValidationPipe) { conversationId, message }: SendMessageDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChatSentView> {
    const id = conversationId.toLowerCase();
    const outcome = await this.conversations.append(caller, id, toDrafts([message]), key);
    reply.headers(writeHeaders(outcome));
    return { conversationId: id, messages: outcome.messages.map(toMessageView) };
  }

  /** The caller's conversations, most recently updated first. */
  @Post('list-conversations')
  @Problems(413, 415)
  @HttpCode(200)
  async list(
    @CurrentCaller() { owner }: Caller,
    @Body(DtoValidationPipe) query: ChatListDto,
  ): Promise<ChatListView> {
    const { conversations, nextCursor } = await this.conversations.list(owner, query);
    return { conversations: conversations.map(toView), nextCursor };
  }
}
