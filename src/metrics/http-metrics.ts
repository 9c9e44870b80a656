import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Connections } from '../admission/connections.js';
import '../http/received-at.js';
import { addCounter, addGauge } from './collected-metrics.js';
import { DurationHistogram, type Durations } from './duration-histogram.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Counts the requests of the route. */
    requests?: RouteRequests;
  }
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** The methods that have a label of their own. Clients may send any other: these share one. */
const METHODS = new Map(
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method, i) => [method, i]),
);
const OTHER = METHODS.size;
const METHOD_COUNT = METHODS.size + 1;

/** Requests by the pattern of their route. Paths that lead nowhere are one. */
export class HttpMetrics {
  private readonly histogram: DurationHistogram;
  private readonly unknown: RouteRequests;

  constructor(private readonly registry: Registry) {
    this.histogram = new DurationHistogram(registry, {
      name: 'http_request_duration_seconds',
      help: 'Requests until their answers, or the first bytes of a stream, were ready to be sent. Those refused before a route are not here.',
      labelNames: ['route', 'method', 'status'],
      buckets: BUCKETS,
    });
    this.unknown = new RouteRequests('unknown', this.histogram);
  }

  /** Call it before the routes are added. */
  observe(server: FastifyInstance, connections: Connections): void {
    server.addHook('onRoute', (route) => {
      const { url } = route;
      route.config = { ...route.config, requests: new RouteRequests(url, this.histogram) };
    });
    // Not onResponse: Fastify then adds two listeners to each answer, which takes microseconds.
    server.addHook('onSend', (request, reply, payload, done) => {
      const requests = request.routeOptions.config.requests ?? this.unknown;
      const seconds = (performance.now() - request.receivedAt) / 1000;
      requests.observe(request.method, reply.statusCode, seconds);
      done(null, payload);
    });
    const { registry } = this;
    addGauge(
      registry,
      { name: 'http_requests_in_flight', help: 'Requests whose answers are not sent yet.' },
      () => [{ value: connections.servedRequests }],
    );
    addGauge(
      registry,
      {
        name: 'http_requests_pipelined',
        help: 'Requests that wait for the answers before them on their connections.',
      },
      () => [{ value: connections.waitingRequests }],
    );
    addGauge(registry, { name: 'http_connections', help: 'Connections of clients.' }, () => [
      { value: connections.size },
    ]);
    addCounter(
      registry,
      {
        name: 'http_requests_abandoned_total',
        help: 'Requests whose clients left before their answers were sent: streams among them.',
      },
      () => [{ value: connections.abandonedRequests }],
    );
  }
}

/** The requests of a route, by method and status. */
export class RouteRequests {
  private readonly durations = new Map<number, Durations>();

  constructor(
    private readonly route: string,
    private readonly histogram: DurationHistogram,
  ) {}

  observe(method: string, status: number, seconds: number): void {
    const methodNumber = METHODS.get(method) ?? OTHER;
    const key = status * METHOD_COUNT + methodNumber;
    let durations = this.durations.get(key);
    if (!durations) {
      const label = methodNumber === OTHER ? 'other' : method;
      durations = this.histogram.durationsOf({ route: this.route, method: label, status });
      this.durations.set(key, durations);
    }
    durations.observe(seconds);
  }
}
