import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import {
  ConversationId,
  ConversationRoutes,
  TakesIdempotencyKey,
} from '../api/route-descriptions.js';
import { writeHeaders } from '../api/write-headers.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { Problems } from '../problems/problems.decorator.js';
import { AnswersEvents, TakesLastEventId, TurnId } from './api-description.js';
import { NewTurnDto } from './dto/new-turn.dto.js';
import { toQuestion } from './dto/to-question.js';
import { toTurnView, TurnView } from './dto/turn.view.js';
import { EVENT_STREAM_HEADERS, toEventStream } from './event-stream.js';
import { LastEventId } from './last-event-id.decorator.js';
import type { TurnEvents } from './turn-follower.js';
import { TurnsService, type StartedTurn } from './turns.service.js';

@ApiTags('turns')
@ConversationRoutes()
@ConversationId()
@Controller('api/v1/conversations/:id/turns')
export class TurnsController {
  constructor(private readonly turns: TurnsService) {}

  /** Runs a turn. With `Accept: text/event-stream`, streams its events. Otherwise, answers with its messages when it has ended. */
  @Post()
  @RouteConfig({ waits: true })
  @TakesIdempotencyKey()
  @Problems(403, 502)
  @AnswersEvents()
  @ApiCreatedResponse({ type: TurnView })
  async run(
    @CurrentCaller() caller: Caller,
    @Param('id', UuidPipe) id: string,
    @Body(DtoValidationPipe) turn: NewTurnDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | TurnView> {
    const hasLeft = (): boolean => isClosed(reply);
    const follows = wantsEvents(accept);
    const question = toQuestion(turn);
    const request = { question, onConflict: turn.onConflict, idempotencyKey, hasLeft, follows };
    const started = await this.turns.begin(caller, id, request);
    reply.headers(startHeaders(started));
    if (follows) return streamTo(reply, await started.events());
    const outcome = await started.answer();
    reply.headers(writeHeaders(outcome));
    return toTurnView(started.turn.id, outcome.messages);
  }

  /** The events of the running turn, from its start. */
  @Get('current/stream')
  @AnswersEvents()
  @ApiResponse({ status: 204, description: 'No turn runs.' })
  async followCurrent(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    // Ignores Last-Event-ID, because it may belong to another turn.
    const events = await this.turns.followCurrent(owner, id);
    if (events) return streamTo(reply, events);
    reply.status(204);
    return undefined;
  }

  /** The events of the latest turn or of the turn before it, after the last event that the client has. */
  @Get(':turnId/stream')
  @TurnId()
  @TakesLastEventId()
  @AnswersEvents()
  async follow(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) conversationId: string,
    @Param('turnId', UuidPipe) turnId: string,
    @LastEventId() after: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const events = await this.turns.follow({ owner, conversationId, turnId }, after);
    return streamTo(reply, events);
  }

  /** Asks a turn to end. Its partial reply is stored and marked. */
  @Post(':turnId/cancel')
  @Problems(413, 415)
  @TurnId()
  @HttpCode(202)
  cancel(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) conversationId: string,
    @Param('turnId', UuidPipe) turnId: string,
  ): Promise<void> {
    return this.turns.cancel({ owner, conversationId, turnId });
  }
}

/** The response to a pipelined request is not closed with its connection: only the socket is. */
function isClosed({ raw, request }: FastifyReply): boolean {
  return raw.destroyed || request.raw.socket.destroyed;
}

function wantsEvents(accept = ''): boolean {
  return /\btext\/event-stream\b/i.test(accept);
}

/** Where the client can follow the turn. These headers are set before the turn can fail. */
function startHeaders({ turn, replayed }: StartedTurn): Record<string, string> {
  return {
    Location: `/api/v1/conversations/${turn.conversationId}/turns/${turn.id}/stream`,
    ...(replayed && { 'Idempotency-Replayed': 'true' }),
  };
}

function streamTo(reply: FastifyReply, events: TurnEvents): StreamableFile {
  const stream = toEventStream(events);
  // The reset tells the client that the stream has not ended, so that the client resumes it.
  stream.once('error', () => reply.raw.socket?.resetAndDestroy());
  // The stream closes only after its next event. A client that has left must hold nothing until then.
  const close = (): void => events.close();
  stream.once('close', close);
  // Fastify, Nest and the bounds have ten listeners of their own: Node would warn of this one as of a leak.
  reply.raw.setMaxListeners(reply.raw.getMaxListeners() + 1).once('close', close);
  if (isClosed(reply)) close();
  // Fastify would read the stream of a HEAD request to its end, as fast as it can.
  if (reply.request.method === 'HEAD') stream.destroy();
  reply.status(200).headers(EVENT_STREAM_HEADERS);
  return new StreamableFile(stream);
}
