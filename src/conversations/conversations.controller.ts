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
  StreamableFile,
} from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import type { ConversationPatch } from '../domain/conversation.js';
import { expectedVersion, namesTag, toEntityTag } from '../http/entity-tag.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import {
  ConversationId,
  ConversationRoutes,
  Problems,
  TakesIdempotencyKey,
  TakesIfMatch,
} from './api-description.js';
import { ConversationsExport } from './conversations.export.js';
import { toView, toViewWithMessages } from './conversation.view.js';
import { ConversationsService } from './conversations.service.js';
import {
  ConversationListView,
  ConversationView,
  ConversationWithMessagesView,
  ErasedView,
} from './dto/answers.dto.js';
import { CreateConversationDto } from './dto/create-conversation.dto.js';
import { PatchConversationDto } from './dto/patch-conversation.dto.js';
import { GetConversationQuery, ListConversationsQuery } from './dto/queries.dto.js';
import { toDrafts } from './message-drafts.js';
import { writeHeaders } from './write-headers.js';

@ApiTags('conversations')
@ConversationRoutes()
@Controller('api/v1/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly exports: ConversationsExport,
  ) {}

  /** Creates a conversation, with its first messages. */
  @Post()
  @TakesIdempotencyKey()
  @Problems(403)
  async create(
    @CurrentCaller() caller: Caller,
    @Body(DtoValidationPipe) { messages = [], ...draft }: CreateConversationDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationWithMessagesView> {
    const created = { messages: toDrafts(messages), ...draft };
    const outcome = await this.conversations.create(caller, created, key);
    reply.headers(writeHeaders(outcome));
    reply.header('Location', `/api/v1/conversations/${outcome.conversation.id}`);
    return toViewWithMessages(outcome);
  }

  /** The caller's conversations, most recently updated first. */
  @Get()
  async list(
    @CurrentCaller() { owner }: Caller,
    @Query(DtoValidationPipe) query: ListConversationsQuery,
  ): Promise<ConversationListView> {
    const { conversations, nextCursor } = await this.conversations.list(owner, query);
    return { data: conversations.map(toView), nextCursor };
  }

  /** Everything the caller owns, a conversation a line. */
  @Get('export')
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  async export(
    @CurrentCaller() { owner }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const lines = Readable.from(await this.exports.open(owner));
    // An answer that breaks off must not look like a short one, which under HTTP/1.0 it would.
    lines.once('error', () => reply.raw.socket?.resetAndDestroy());
    return new StreamableFile(lines, { type: 'application/x-ndjson' });
  }

  /** A conversation with its last messages. */
  @Get(':id')
  @ConversationId()
  @ApiOkResponse({ type: ConversationWithMessagesView })
  @ApiResponse({ status: 304, description: 'The version is the one that the client has.' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'While it is the ETag: 304.' })
  async get(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Query(DtoValidationPipe) { messages }: GetConversationQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationWithMessagesView | undefined> {
    const page = await this.conversations.read(owner, id, { limit: messages, from: 'end' });
    const tag = toEntityTag(page.conversation.version);
    reply.header('ETag', tag);
    if (!namesTag(ifNoneMatch, tag)) return toViewWithMessages(page);
    reply.status(304);
    return undefined;
  }

  /** Applies a JSON merge patch. */
  @Patch(':id')
  @Problems(413, 415)
  @ConversationId()
  @TakesIfMatch()
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
    return toView(conversation);
  }

  /** Deletes a conversation with its messages. */
  @Delete(':id')
  @Problems(413, 415)
  @ConversationId()
  @TakesIfMatch()
  @HttpCode(204)
  delete(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    return this.conversations.delete(owner, id, { expectedVersion: expectedVersion(ifMatch) });
  }

  /** Erases everything the caller owns. */
  @Delete()
  @Problems(413, 415)
  async erase(@CurrentCaller() { owner }: Caller): Promise<ErasedView> {
    return { deleted: await this.conversations.erase(owner) };
  }
}
