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
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  Answers,
  ConversationId,
  ConversationRoutes,
  TakesBody,
} from '../api/route-descriptions.js';
import { writeHeaders } from '../api/write-headers.js';
import { MessageSizePipe } from '../api/message-size.pipe.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller } from '../auth/current-caller.decorator.js';
import { DtoValidationPipe } from '../http/dto-validation.pipe.js';
import { IdempotencyKey } from '../http/idempotency-key.decorator.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { Problems } from '../problems/problems.decorator.js';
import { AnswersEvents, RunsTurn, TakesLastEventId, TurnId } from './api-description.js';
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

  /**
   * Runs a turn.
   * @remarks The answer is JSON with the messages of the turn, when the turn has ended. With `Accept: text/event-stream` it is
   * the answer of `streamNewTurn`.
   */
  @Post()
  @ApiOperation({ operationId: 'startTurn' })
  @RunsTurn()
  @Answers(201, 'The turn has ended: its messages.', {
    type: TurnView,
    headers: ['Location', 'ETag', 'Idempotency-Replayed'],
  })
  @Problems('turn-failed')
  async run(
    @CurrentCaller() caller: Caller,
    @Param('id', UuidPipe) id: string,
    @Body(DtoValidationPipe, MessageSizePipe) turn: NewTurnDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | TurnView> {
    const follows = wantsEvents(accept);
    const started = await this.begin(caller, id, { turn, idempotencyKey, follows }, reply);
    if (follows) return streamTo(reply, await started.events());
    const outcome = await started.answer();
    reply.headers(writeHeaders(outcome));
    return toTurnView(started.turn.id, outcome.messages);
  }

  /**
   * Runs a turn, and streams it.
   * @remarks The events of the turn as they come. Send an `Idempotency-Key`, so that a request that is sent again runs no
   * second turn.
   */
  @Post('stream')
  @HttpCode(200)
  @ApiOperation({ operationId: 'streamNewTurn' })
  @RunsTurn()
  @AnswersEvents(['Location', 'Idempotency-Replayed'])
  async runStreamed(
    @CurrentCaller() caller: Caller,
    @Param('id', UuidPipe) id: string,
    @Body(DtoValidationPipe) turn: NewTurnDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const started = await this.begin(caller, id, { turn, idempotencyKey, follows: true }, reply);
    return streamTo(reply, await started.events());
  }

  /**
   * Streams the running turn.
   * @remarks From its first event.
   */
  @Get('current/stream')
  @ApiOperation({ operationId: 'streamCurrentTurn' })
  @AnswersEvents()
  @Answers(204, 'No turn runs.')
  @Problems('turn-not-found', 'turns-stopped')
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

  /**
   * Streams a turn.
   * @remarks The latest turn, or the one before it: after the last event that the client has, and to the end of the turn.
   */
  @Get(':turnId/stream')
  @ApiOperation({ operationId: 'streamTurn' })
  @TurnId()
  @TakesLastEventId()
  @AnswersEvents()
  @Problems('turns-stopped')
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

  /**
   * Cancels a turn.
   * @remarks The service stores its partial reply, with `"cancelled": true` in the metadata. It needs no body.
   */
  @Post(':turnId/cancel')
  @ApiOperation({ operationId: 'cancelTurn' })
  @TakesBody()
  @TurnId()
  @Answers(202, 'The turn will end, or has ended.')
  @HttpCode(202)
  cancel(
    @CurrentCaller() { owner }: Caller,
    @Param('id', UuidPipe) conversationId: string,
    @Param('turnId', UuidPipe) turnId: string,
  ): Promise<void> {
    return this.turns.cancel({ owner, conversationId, turnId });
  }

  /** The headers are set before the turn can fail. */
  private async begin(
    caller: Caller,
    id: string,
    { turn, ...request }: TurnRequest,
    reply: FastifyReply,
  ): Promise<StartedTurn> {
    const started = await this.turns.begin(caller, id, {
      ...request,
      question: toQuestion(turn),
      onConflict: turn.onConflict,
      hasLeft: () => isClosed(reply),
    });
    reply.headers(startHeaders(started));
    return started;
  }
}

interface TurnRequest {
  readonly turn: NewTurnDto;
  readonly idempotencyKey: string | undefined;
  readonly follows: boolean;
}

/** The response to a pipelined request is not closed with its connection: only the socket is. */
function isClosed({ raw, request }: FastifyReply): boolean {
  return raw.destroyed || request.raw.socket.destroyed;
}

function wantsEvents(accept = ''): boolean {
  return /\btext\/event-stream\b/i.test(accept);
}

/** Where the client can follow the turn. */
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
