import { Body, Controller, HttpCode, Post, Res, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import type { Message } from '../domain/message.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import {
  toView,
  toViewWithMessages,
  type ConversationView,
  type ConversationWithMessagesView,
} from './conversation.view.js';
import { ConversationsService } from './conversations.service.js';
import { ChatListDto, SendMessageDto } from './dto/chat.dto.js';
import { CreateConversationDto } from './dto/create-conversation.dto.js';
import { toDrafts } from './message-drafts.js';
import { writeHeaders } from './write-headers.js';

/** The names under which an existing chat client knows the same service. */
@ApiTags('chat')
@ApiBearerAuth()
@UsePipes(DtoValidationPipe)
@Controller('api/chat')
export class ChatController {
  constructor(private readonly conversations: ConversationsService) {}

  @Post('start')
  async start(
    @CurrentCaller() caller: Caller,
    @Body() { messages = [], ...draft }: CreateConversationDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ conversationId: string; conversation: ConversationWithMessagesView }> {
    const created = { ...draft, messages: toDrafts(messages) };
    const outcome = await this.conversations.create(caller, created, key);
    reply.headers(writeHeaders(outcome));
    const conversation = toViewWithMessages(outcome);
    return { conversationId: conversation.id, conversation };
  }

  @Post('send')
  @HttpCode(200)
  async send(
    @CurrentCaller() caller: Caller,
    @Body() { conversationId, message }: SendMessageDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ conversationId: string; messages: readonly Message[] }> {
    const id = conversationId.toLowerCase();
    const outcome = await this.conversations.append(caller, id, toDrafts([message]), key);
    reply.headers(writeHeaders(outcome));
    return { conversationId: id, messages: outcome.messages };
  }

  @Post('list-conversations')
  @HttpCode(200)
  async list(
    @CurrentCaller() { owner }: Caller,
    @Body() query: ChatListDto,
  ): Promise<{ conversations: ConversationView[]; nextCursor: string | null }> {
    const { conversations, nextCursor } = await this.conversations.list(owner, query);
    return { conversations: conversations.map(toView), nextCursor };
  }
}
