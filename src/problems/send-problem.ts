import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from './problem.js';
import { toProblemView } from './problem.view.js';

/** Writes a problem as the answer to a request. */
export function sendProblem({ url }: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  void reply
    .status(problem.status)
    .headers(problem.headers ?? {})
    .type('application/problem+json')
    .send(JSON.stringify(toProblemView(problem, url.split('?', 1)[0])));
}
