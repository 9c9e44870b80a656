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

/** Milliseconds that requests in flight have to finish once no new ones are accepted. */
const FINISH_MS = 1_500;

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

  /** The first hook that Nest calls on the way down. */
  onModuleDestroy(): void {
    this.draining = true;
  }

  /** The last hook before the server closes. Only SIGTERM announces that others take over. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    if (signal === 'SIGTERM') {
      this.logger.log(`Draining for ${this.config.http.drainMs} ms.`);
      await delay(this.config.http.drainMs);
    }
    const server = this.host.httpAdapter.getHttpServer() as Server;
    setTimeout(() => server.closeAllConnections(), FINISH_MS).unref();
  }
}
