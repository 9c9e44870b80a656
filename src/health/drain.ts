import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { appConfig } from '../config/config.module.js';
import type { AppConfig } from '../config/app-config.js';

/**
 * The time between SIGTERM and the last accepted connection: readiness fails at once, so that
 * whoever balances the load looks elsewhere, while everything else still works.
 */
@Injectable()
export class Drain implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger('Shutdown');
  private draining = false;

  constructor(
    @Inject(appConfig.KEY) private readonly config: AppConfig,
    private readonly host: HttpAdapterHost,
  ) {}

  get isDraining(): boolean {
    return this.draining;
  }

  begin(): void {
    this.draining = true;
  }

  /** The first hook that Nest calls on the way down, for an application that is closed by hand. */
  onModuleDestroy(): void {
    this.begin();
  }

  /** The last hook before the server closes. Only SIGTERM announces that others take over. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    const { drainMs, finishMs } = this.config.http;
    if (signal === 'SIGTERM') {
      this.logger.log(`Draining for ${drainMs} ms.`);
      await delay(drainMs);
    }
    const server = this.host.httpAdapter.getHttpServer() as Server;
    setTimeout(() => server.closeAllConnections(), finishMs).unref();
  }
}
