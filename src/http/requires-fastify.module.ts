import { Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { ApplicationSetupError } from './application-setup.error.js';

/**
 * For modules whose controllers write to Fastify's reply. On another HTTP adapter a request would
 * change the store and then fail, so the application refuses to start.
 */
@Module({})
export class RequiresFastifyModule implements NestModule {
  constructor(private readonly host: HttpAdapterHost) {}

  /** Nest calls it before it registers routes, and only in an application with an HTTP server. */
  configure(): void {
    expectFastify(this.host);
  }
}

/** @throws ApplicationSetupError when the application has another HTTP adapter */
export function expectFastify({ httpAdapter }: HttpAdapterHost): FastifyInstance {
  const type = httpAdapter.getType();
  if (type === 'fastify') return httpAdapter.getInstance<FastifyInstance>();
  throw new ApplicationSetupError(
    `The routes of the service need Fastify, but the HTTP adapter of the application is "${type}". ` +
      'Pass a ServiceAdapter or a FastifyAdapter to NestFactory.create.',
  );
}
