import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Post,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  ConversationWithMessagesView,
  toConversationWithMessagesView,
} from '../api/conversation.view.js';
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
import { lazyStream } from '../http/lazy-stream.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { Problems } from '../problems/problems.decorator.js';
import { ConversationsExport } from './conversations.export.js';
import { ConversationsService } from './conversations.service.js';
import { CreateConversationDto } from './dto/create-conversation.dto.js';
import { ListConversationsQuery } from './dto/list-conversations.dto.js';
import { ExportSlots } from './export-slots.js';
import { ConversationListView, toConversationListView } from './views/conversation-list.view.js';
import { ErasedView, toErasedView } from './views/erased.view.js';
import { FlushedView, toFlushedView } from './views/flushed.view.js';

/** The conversations of the caller, all together. */
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
