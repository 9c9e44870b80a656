import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OverloadedError } from '../http/request.errors.js';
import { AllowedMethods } from './allowed-methods.js';
import { toProblem } from './problem-catalogue.js';
import { PROBLEM_TYPES } from './problem-types.js';
import type { Problem } from './problem.js';
import { RefusalCounts } from './refusal-counts.js';
import { sendProblem } from './send-problem.js';

/** Writes every error of the application as a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  constructor(
    private readonly allowedMethods: AllowedMethods,
    private readonly refusals: RefusalCounts,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = this.wrongMethod(request) ?? toProblem(error);
    const path = request.url.split('?', 1)[0];
    // The component that has an outage logs it once. This filter would log it for every request.
    // A client that leaves in the middle of its body is no error of the service.
    const hasGone = request.raw.destroyed && !request.raw.complete;
    if (problem.status === 500 && !hasGone) {
      this.logger.error(`${request.method} ${path}`, error, { requestId: request.id });
    }
    if (reply.sent) return;
    if (error instanceof OverloadedError) this.refusals.count(error.bound);
    sendProblem(request, reply, problem);
  }

  /** The answer is 405 when the router knows the path, but not with this method. */
  private wrongMethod(request: FastifyRequest): Problem | undefined {
    if (!request.is404) return undefined;
    const methods = this.allowedMethods.of(request.url);
    if (methods.length === 0) return undefined;
    return {
      slug: 'method-not-allowed',
      title: PROBLEM_TYPES['method-not-allowed'].title,
      status: 405,
      headers: { Allow: methods.join(', ') },
    };
  }
}
