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
import { ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  ConversationView,
  ConversationWithMessagesView,
  toConversationView,
  toConversationWithMessagesView,
} from '../api/conversation.view.js';
import { toDrafts } from '../api/to-drafts.js';
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
import { MessageSizePipe } from '../api/message-size.pipe.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import type { ConversationPatch } from '../domain/conversation.js';
import { expectedVersion, namesTag, toEntityTag } from '../http/entity-tag.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { lazyStream } from '../http/lazy-stream.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { Problems } from '../problems/problems.decorator.js';
import { ConversationsExport } from './conversations.export.js';
import { ConversationsService } from './conversations.service.js';
import { CreateConversationDto } from './dto/create-conversation.dto.js';
import { ForkConversationDto } from './dto/fork-conversation.dto.js';
import { ListConversationsQuery } from './dto/list-conversations.dto.js';
import { PatchConversationDto } from './dto/patch-conversation.dto.js';
import { GetConversationQuery } from './dto/read-messages.dto.js';
import { ExportSlots } from './export-slots.js';
import { ConversationListView, toConversationListView } from './views/conversation-list.view.js';
import { ConversationPageView, toConversationPageView } from './views/conversation-page.view.js';
import { ErasedView, toErasedView } from './views/erased.view.js';
import { FlushedView, toFlushedView } from './views/flushed.view.js';

@ApiTags('conversations')
@ConversationRoutes()
@Controller('api/v1/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly exports: ConversationsExport,
    private readonly exportSlots: ExportSlots,
  ) {}

  /**
   * Creates a conversation.
   * @remarks With its first messages, all or none. The server makes its id.
   */
  @Post()
  @ApiOperation({ operationId: 'createConversation' })
  @TakesIdempotencyKey()
  @Answers(201, 'The conversation, with its messages.', {
    type: ConversationWithMessagesView,
    headers: ['Location', 'ETag', 'Idempotency-Replayed'],
  })
  @Problems('forbidden', 'too-many-conversations', 'conversation-full', 'quota-exceeded')
  async create(
    @CurrentCaller() caller: Caller,
    @Body(DtoValidationPipe, MessageSizePipe) { messages = [], ...draft }: CreateConversationDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationWithMessagesView> {
    const created = { messages: toDrafts(messages), ...draft };
    const outcome = await this.conversations.create(caller, created, key);
    reply.headers(writeHeaders(outcome));
    reply.header('Location', `/api/v1/conversations/${outcome.conversation.id}`);
    return toConversationWithMessagesView(outcome);
  }

  /**
   * Lists the caller's conversations.
   * @remarks The most recently updated one first. A page may be shorter than `limit`: `nextCursor` is `null` on the last one.
   */
  @Get()
  @ApiOperation({ operationId: 'listConversations' })
  @Answers(200, 'A page of conversations.', {
    type: ConversationListView,
    headers: ['X-Conversation-Source'],
  })
  async list(
    @CurrentCaller() { owner }: Caller,
    @Query(DtoValidationPipe) query: ListConversationsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConversationListView> {
    const list = await this.conversations.list(owner, query);
    reply.headers(sourceHeaders(list));
    return toConversationListView(list);
  }

  /**
   * Saves what the caller has changed.
   * @remarks To PostgreSQL, where Redis is in front of it. Elsewhere there is nothing to save. It needs no body.
   */
  @Post('flush')
  @ApiOperation({ operationId: 'flushConversations' })
  @TakesBody()
  @Answers(200, 'The number of conversations that were saved.', { type: FlushedView })
  @HttpCode(200)
  async flush(@CurrentCaller() { owner }: Caller): Promise<FlushedView> {
    return toFlushedView(await this.conversations.flush(owner));
  }

  /**
   * Exports everything the caller owns.
   * @remarks A line of JSON for each conversation, with the messages of all its branches. The export is whole only when
   * the answer has ended properly: a connection that is reset has broken it off.
   */
  @Get('export')
  @ApiOperation({ operationId: 'exportConversations' })
  @Answers(
    200,
    'Lines of JSON: each is a `ConversationWithMessages`, with a `problem` in place of what cannot be read.',
  )
  @ApiOkResponse({
    content: {
      'application/x-ndjson': {
        schema: { type: 'string' },
      },
    },
  })
  async export(
    @CurrentCaller() { owner }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const lines = await this.exportSlots.open(owner, async () =>
      lazyStream(await this.exports.open(owner)),
    );
    // Under HTTP/1.0 a client takes the end of the connection for the end of the export.
    lines.once('error', () => reply.raw.socket?.resetAndDestroy());
    // Fastify would read the stream of a HEAD request to its end, as fast as it can.
    if (reply.request.method === 'HEAD') lines.destroy();
    return new StreamableFile(lines, { type: 'application/x-ndjson' });
  }

  /**
   * Reads a conversation with its last messages.
   * @remarks It counts as an access, which moves `expiresAt`.
   */
  @Get(':id')
  @ApiOperation({ operationId: 'getConversation' })
  @ConversationId()
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
    if (!namesTag(ifNoneMatch, tag)) return toConversationPageView(page);
    reply.status(304);
    return undefined;
  }

  /**
   * Copies a branch into a new conversation.
   * @remarks The copy has the messages that lead to the one of `seq`, and that one.
   */
  @Post(':id/fork')
  @ApiOperation({ operationId: 'forkConversation' })
  @ConversationId()
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
  @Patch(':id')
  @ApiOperation({ operationId: 'updateConversation' })
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @ConversationId()
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
  @Delete(':id')
  @ApiOperation({ operationId: 'deleteConversation' })
  @ConversationId()
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

  /**
   * Erases everything the caller owns.
   * @remarks It cannot be undone.
   */
  @Delete()
  @ApiOperation({ operationId: 'eraseConversations' })
  @TakesBody()
  @Answers(200, 'The number of conversations that were deleted.', { type: ErasedView })
  async erase(@CurrentCaller() { owner }: Caller): Promise<ErasedView> {
    return toErasedView(await this.conversations.erase(owner));
  }
}
