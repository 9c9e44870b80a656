import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyServerOptions } from 'fastify';
import { REQUEST_ID_HEADER } from '../http/request-id.js';
import { toProblem } from './problem-catalogue.js';
import { toProblemView } from './problem.view.js';

const logger = new Logger('Problem');

/** Writes what Fastify refuses before it routes a request as problems. The filter never sees it. */
export const UNROUTED_PROBLEMS: Required<
  Pick<FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'>
> = {
  frameworkErrors: ({ statusCode = 400, code }, request, reply) => {
    const path = request.raw.url?.split('?', 1)[0];
    // No hook sees it, so it has no access line.
    logger.debug('A path cannot be read.', { requestId: request.id, status: statusCode, code });
    void (reply as FastifyReply)
      .status(statusCode)
      .header(REQUEST_ID_HEADER, request.id)
      .type('application/problem+json')
      .send(problemText(statusCode, path));
  },
  clientErrorHandler: (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    // A 404 does not wait for a body. A second answer could be taken for that to another request.
    if (socket.connectionOfClient?.isAnsweredEarly) {
      socket.destroySoon();
      return;
    }
    const status = STATUS_OF[error.code] ?? 400;
    const body = problemText(status);
    const requestId = randomUUID();
    logger.debug('A request cannot be read.', { requestId, status, code: error.code });
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
        `${REQUEST_ID_HEADER}: ${requestId}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    // A client that is late may never close its side.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroySoon();
  },
};

const STATUS_OF: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

function problemText(status: number, path?: string): string {
  return JSON.stringify(toProblemView(toProblem(new HttpException('', status)), path));
}
