import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { OverloadedError } from '../http/request.errors.js';
import { isAlwaysAdmitted } from './always-admitted.js';
import { ownerOf } from './request-owner.js';
import type { UnsentAnswers } from './unsent-answers.js';

/** Bytes of an answer that is worth counting. Most are smaller, and gone when they have been written. */
const COUNTED_FROM = 16 * 1024;

type Done = (error?: Error) => void;

/** The hooks by which the bytes of bodies and answers are counted for their owners. */
export class ByteHooks {
  constructor(private readonly unsent: UnsentAnswers) {}

  /** Call it after the hook that verifies the token has been added. */
  addTo(server: FastifyInstance): void {
    server.decorateRequest('bodyCount', null);
    server.addHook('onRequest', (request, _reply, done) => {
      this.refuseOverBound(request, done);
    });
    server.addHook('preValidation', (request, reply, done) => {
      releaseBodyAtClose(request, reply);
      done();
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      request.bodyCount?.release();
      this.countAnswer(request, reply, payload);
      done(null, payload);
    });
  }

  private refuseOverBound(request: FastifyRequest, done: Done): void {
    if (this.unsent.isEmpty || isAlwaysAdmitted(request.raw)) done();
    else if (this.unsent.isOverBound(ownerOf(request))) done(new OverloadedError('unsent-bytes'));
    else done();
  }

  private countAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
      if (payload.length < COUNTED_FROM) return;
      this.unsent.add(ownerOf(request), reply.raw, payload.length);
    } else if (isStream(payload)) {
      this.unsent.add(ownerOf(request), reply.raw, 0);
    }
  }
}

/** An answer that is written past Fastify never comes to onSend. */
function releaseBodyAtClose({ bodyCount }: FastifyRequest, { raw }: FastifyReply): void {
  if (!bodyCount) return;
  if (raw.destroyed) bodyCount.release();
  else raw.once('close', () => bodyCount.release());
}

function isStream(payload: unknown): payload is Readable {
  return typeof (payload as Readable | null | undefined)?.pipe === 'function';
}
