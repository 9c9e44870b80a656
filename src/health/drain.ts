import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import type { Server } from 'node:http';
import { appConfig } from '../config/config.module.js';
import type { AppConfig } from '../config/app-config.js';

/** Milliseconds between two closings of the connections whose answers have ended. */
const CLOSE_IDLE_MS = 100;

/**
 * The time between SIGTERM and the last accepted connection. Readiness fails at once, so that the
 * load balancer sends new requests to other processes. All other routes still work.
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

  /** Nest calls it first when code closes the application, without a signal. */
  onModuleDestroy(): void {
    this.begin();
  }

  /** Nest calls it last before the server closes. Only after SIGTERM do other processes take over. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    const { drainMs, finishMs } = this.config.http;
    if (signal === 'SIGTERM') {
      this.logger.log(
        `SIGTERM received: readiness fails, and the service still serves requests for ${drainMs} ms.`,
      );
      await delay(drainMs);
    }
    // An application context has no HTTP server.
    const adapter = this.host.httpAdapter as AbstractHttpAdapter<Server | undefined> | null;
    const server = adapter?.getHttpServer();
    if (server) closeConnections(server, finishMs);
  }
}

/**
 * An answer that began before the drain, as a stream does, has not told its client to close the
 * connection. The server would wait for that connection.
 */
function closeConnections(server: Server, finishMs: number): void {
  const closing = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS).unref();
  server.once('close', () => clearInterval(closing));
  setTimeout(() => server.closeAllConnections(), finishMs).unref();
}
