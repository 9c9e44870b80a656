import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { AdmissionServer } from '../admission/admission-server.js';
import type { Connections } from '../admission/connections.js';
import type { AppConfig } from '../config/app-config.js';
import { appConfig } from '../config/config.module.js';
import { ServiceMetrics } from './service-metrics.js';

const PATH = '/metrics';
const PROBES = /^\/health(?:\/|$)/;

/** Connections to METRICS_PORT: probes, a few Prometheus servers, and whoever looks. One more is closed at once. */
const MAX_CONNECTIONS = 50;

/**
 * Where the metrics are served: on the port of the service, on METRICS_PORT, or nowhere. METRICS_PORT answers probes, too:
 * Node accepts one connection in each iteration of its event loop, so a probe of the other port waits behind all
 * connections that clients have just opened.
 */
@Injectable()
export class MetricsEndpoint implements OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private server: Server | undefined;

  constructor(
    @Inject(appConfig.KEY) private readonly config: AppConfig,
    private readonly metrics: ServiceMetrics,
  ) {}

  /** Call it before the routes are added. A METRICS_PORT that is taken keeps the server from listening. */
  addTo(server: FastifyInstance, connections: Connections): void {
    const { isOn, port } = this.config.metrics;
    if (isOn) this.metrics.observe(server, connections);
    if (port !== undefined) server.addHook('onReady', () => this.open(port, server));
    else if (isOn) {
      server.get(PATH, async (_request, reply) => {
        const text = await this.metrics.text();
        return reply
          .header('Content-Type', this.metrics.contentType)
          .header('Cache-Control', 'no-store')
          .send(text);
      });
    }
  }

  /** Nest calls it after the last request has been answered: until then the end of the service can be seen. */
  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** Fastify can answer no probe before its routes are ready. */
  private async open(port: number, service: FastifyInstance): Promise<void> {
    const server = (this.server = this.createServer(service));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, this.config.http.host, resolve);
    });
    const { isOn } = this.config.metrics;
    this.logger.log(`${isOn ? 'Metrics and probes' : 'Probes'} are served on port ${port}.`);
  }

  /** It has the limits of the connections of the service, but for their number. */
  private createServer(service: FastifyInstance): Server {
    const limits = { ...this.config.http.connections, connections: MAX_CONNECTIONS };
    return new AdmissionServer(limits).createServer((request, response) => {
      const path = request.url?.split('?', 1)[0] ?? '';
      if (PROBES.test(path)) service.routing(request, response);
      else if (this.config.metrics.isOn && path === PATH && isRead(request)) this.answer(response);
      else response.writeHead(404).end();
    }, {});
  }

  private answer(response: ServerResponse): void {
    void this.metrics.text().then(
      (text) => response.writeHead(200, { 'Content-Type': this.metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
