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
 * The time between SIGTERM and the last accepted connection. Readiness fails at once, so that the load
 * balancer sends new requests to other processes. Everything else still works.
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

  /** Nest's first hook of a shutdown. It begins the drain of an application that code closes. */
  onModuleDestroy(): void {
    this.begin();
  }

  /** Nest's last hook before the server closes. Only after SIGTERM do other processes take over. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    const { drainMs, finishMs } = this.config.http;
    if (signal === 'SIGTERM') {
      this.logger.log(
        `SIGTERM received: readiness fails, and the service still serves requests for ${drainMs} ms.`,
      );
      await delay(drainMs);
    }
    const server = this.host.httpAdapter.getHttpServer() as Server;
    setTimeout(() => server.closeAllConnections(), finishMs).unref();
  }
}
