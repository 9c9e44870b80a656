import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ConversationView, toConversationView } from '../api/conversation.view.js';
import { serializeMessages } from '../api/message-list.json.js';
import {
  Answers,
  ConversationId,
  ConversationRoutes,
  TakesBody,
  TakesIdempotencyKey,
  TakesIfMatch,
} from '../api/route-descriptions.js';
import { sourceHeaders } from '../api/source-headers.js';
import { writeHeaders } from '../api/write-headers.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import type { ConversationPatch } from '../domain/conversation.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { expectedVersion, namesTag, toEntityTag } from '../http/entity-tag.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { Problems } from '../problems/problems.decorator.js';
import { ConversationsService } from './conversations.service.js';
import { ForkConversationDto } from './dto/fork-conversation.dto.js';
import { PatchConversationDto } from './dto/patch-conversation.dto.js';
import { GetConversationQuery } from './dto/read-messages.dto.js';
import { ConversationPageView, toConversationPageView } from './views/conversation-page.view.js';

/** One conversation, and a copy of it. */
@ApiTags('conversations')
@ConversationRoutes()
@ConversationId()
@Controller('api/v1/conversations/:id')
export class SingleConversationController {
  constructor(private readonly conversations: ConversationsService) {}

  /**
   * Reads a conversation with its last messages.
   * @remarks It counts as an access, which moves `expiresAt`.
   */
  @Get()
  @ApiOperation({ operationId: 'getConversation' })
  @Answers(200, 'The conversation, with its last messages.', {
    type: ConversationPageView,
    headers: ['ETag', 'X-Conversation-Source'],
  })
  @Answers(304, 'The client has the current version.', {
    headers: ['ETag', 'X-Conversation-Source'],
  })
  @Problems('message-not-found')
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'The ETag that the client has. The response is 304 while it is the current one.',
  })
  async get(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Query(DtoValidationPipe) { messages: limit, leaf: branch }: GetConversationQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationPageView | undefined> {
    const page = await this.conversations.read(owner, id, { limit, from: 'end', branch });
    const tag = toEntityTag(page.conversation.version);
    reply.headers({ ETag: tag, ...sourceHeaders(page) });
    if (namesTag(ifNoneMatch, tag)) {
      reply.status(304);
      return undefined;
    }
    serializeMessages(reply, 'messages');
    return toConversationPageView(page);
  }

  /**
   * Copies a branch into a new conversation.
   * @remarks The copy has the messages that lead to the one of `seq`, and that one.
   */
  @Post('fork')
  @ApiOperation({ operationId: 'forkConversation' })
  @TakesIdempotencyKey()
  @Answers(201, 'The new conversation, with its last messages.', {
    type: ConversationPageView,
    headers: ['Location', 'ETag', 'Idempotency-Replayed'],
  })
  @Problems('message-not-found', 'too-many-conversations', 'quota-exceeded')
  async fork(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Body(DtoValidationPipe) { seq }: ForkConversationDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationPageView> {
    const forked = await this.conversations.fork(owner, { id, seq }, key);
    reply.headers(writeHeaders(forked));
    reply.header('Location', `/api/v1/conversations/${forked.conversation.id}`);
    return toConversationPageView(forked);
  }

  /**
   * Changes a conversation.
   * @remarks A JSON merge patch (RFC 7396): a field that is absent stays, and `null` removes a field.
   */
  @Patch()
  @ApiOperation({ operationId: 'updateConversation' })
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @TakesBody()
  @TakesIfMatch()
  @Answers(200, 'The conversation as it is now.', { type: ConversationView, headers: ['ETag'] })
  @Problems('message-not-found', 'quota-exceeded')
  async update(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Body(DtoValidationPipe) patch: PatchConversationDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationView> {
    const options = { expectedVersion: expectedVersion(ifMatch) };
    const changes = patch as ConversationPatch;
    const conversation = await this.conversations.update(owner, id, changes, options);
    reply.header('ETag', toEntityTag(conversation.version));
    return toConversationView(conversation);
  }

  /**
   * Deletes a conversation.
   * @remarks With its messages, its turns and its working state.
   */
  @Delete()
  @ApiOperation({ operationId: 'deleteConversation' })
  @TakesBody()
  @TakesIfMatch()
  @Answers(204, 'The conversation is deleted.')
  @HttpCode(204)
  delete(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    return this.conversations.delete(owner, id, { expectedVersion: expectedVersion(ifMatch) });
  }
}
