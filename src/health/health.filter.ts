import {
  Catch,
  ServiceUnavailableException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** 503 with Terminus' own report, which probes understand; whatever else was thrown is 503 too. */
@Catch()
export class HealthFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const report =
      error instanceof ServiceUnavailableException ? error.getResponse() : { status: 'error' };
    void reply.status(503).header('Cache-Control', 'no-store').send(report);
  }
}
