import {
  Catch,
  ServiceUnavailableException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Answers 503 with the report of Terminus, which probes understand. Any other error is 503 too. */
@Catch()
export class HealthFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const report =
      error instanceof ServiceUnavailableException ? error.getResponse() : { status: 'error' };
    void reply.status(503).header('Cache-Control', 'no-store').send(report);
  }
}
