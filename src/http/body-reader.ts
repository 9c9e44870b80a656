import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { OverloadedError } from './request.errors.js';

/** The bytes of one body, counted from their arrival until the request ends. */
export interface BodyCount {
  /** Counts a piece that has arrived; false when there is no room for it. */
  add(bytes: number, isLast: boolean): boolean;
  /** No more will arrive. */
  complete(): void;
  /** The body is not in memory any more, and no more of it will arrive. Only the first call counts. */
  release(): void;
}

/** A body that is still arriving, and may have to make room for others. */
export interface Refusable {
  refuse(): void;
}

/** Counts the bytes of all bodies. */
export interface BodyCounter {
  begin(request: FastifyRequest, body: Refusable): BodyCount;
}

export interface BodyReaderOptions {
  /** Bytes. */
  readonly bodyLimit: number;
  readonly counter: BodyCounter;
}

type Done = (error: Error | null, body?: Buffer) => void;

/** A smaller piece is copied: a Buffer takes some hundred bytes besides its own. */
const SMALL_PIECE = 1024;

/** The largest buffer into which small pieces are copied. The first one is of the size of a small piece. */
const LARGEST_TAIL = 16 * 1024;

/** Reads a body into memory, and counts it piece by piece as it arrives. */
export class BodyReader implements Refusable {
  private readonly count: BodyCount;
  private readonly pieces: Buffer[] = [];
  /** Small pieces that are not in `pieces` yet. */
  private tail: Buffer | undefined;
  private tailSize = SMALL_PIECE;
  private tailUsed = 0;
  private length = 0;
  private isDone = false;
  private readonly bodyLimit: number;

  private constructor(
    request: FastifyRequest,
    payload: IncomingMessage,
    /** As many bytes as were announced; NaN when that is not known. */
    private readonly announced: number,
    { bodyLimit, counter }: BodyReaderOptions,
    private readonly done: Done,
  ) {
    this.bodyLimit = bodyLimit;
    this.count = counter.begin(request, this);
    // They stay: to remove three listeners takes longer than to ask whether it is done.
    payload.on('data', this.onData).on('end', this.onEnd).on('error', this.onError);
  }

  /** `done` gets the body, or why there is none: it is too large, its client has gone, or there is no room. */
  static read(
    request: FastifyRequest,
    payload: IncomingMessage,
    options: BodyReaderOptions,
    done: Done,
  ): void {
    const announced = Number(request.headers['content-length']);
    if (announced > options.bodyLimit) {
      done(new PayloadTooLargeException());
    } else if (payload.destroyed) {
      done(clientHasGone());
    } else {
      new BodyReader(request, payload, announced, options, done);
    }
  }

  refuse(): void {
    this.fail(new OverloadedError('body-bytes'));
  }

  private readonly onData = (piece: Buffer): void => {
    if (this.isDone) return;
    this.length += piece.length;
    if (this.length > this.bodyLimit) this.fail(new PayloadTooLargeException());
    else if (!this.count.add(piece.length, this.length === this.announced)) this.refuse();
    else this.append(piece);
  };

  private readonly onEnd = (): void => {
    if (this.isDone) return;
    this.isDone = true;
    this.flushTail();
    this.count.complete();
    const [first] = this.pieces;
    const isWhole = first !== undefined && this.pieces.length === 1;
    const body = isWhole ? first : Buffer.concat(this.pieces, this.length);
    this.pieces.length = 0;
    this.done(null, body);
  };

  private readonly onError = (): void => this.fail(clientHasGone());

  /** What still arrives of the body is dropped. */
  private fail(error: Error): void {
    if (this.isDone) return;
    this.isDone = true;
    this.pieces.length = 0;
    this.tail = undefined;
    this.count.release();
    this.done(error);
  }

  private append(piece: Buffer): void {
    if (piece.length >= SMALL_PIECE || this.pieces.length === 0) {
      this.flushTail();
      this.pieces.push(piece);
      return;
    }
    if (!this.tail || this.tailUsed + piece.length > this.tail.length) {
      this.flushTail();
      this.tail = Buffer.allocUnsafe(this.tailSize);
      this.tailSize = Math.min(2 * this.tailSize, LARGEST_TAIL);
    }
    this.tailUsed += piece.copy(this.tail, this.tailUsed);
  }

  private flushTail(): void {
    if (!this.tail) return;
    this.pieces.push(this.tail.subarray(0, this.tailUsed));
    this.tail = undefined;
    this.tailUsed = 0;
  }
}

/** Nobody reads this answer. It ends the request. */
function clientHasGone(): Error {
  return new BadRequestException('The client has gone before the end of its body.');
}
