import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FastifyServerFactory, FastifyServerOptions } from 'fastify';
import type { ConnectionLimits } from '../config/connection-limits.js';
import { Connections } from './connections.js';

/** Passes a request on to Fastify. */
type Enter = (request: IncomingMessage, response: ServerResponse) => void;

/** Lets a request enter, now or later, or answers it. */
export type Admit = (request: IncomingMessage, response: ServerResponse, enter: Enter) => void;

/** Milliseconds between two checks of Node for heads and requests that are late. Its default is 30 s. */
const CHECK_MS = 1_000;

/**
 * Decides about each request between Node's server and Fastify. A refusal here costs a fraction of
 * what a refusal in a Fastify hook costs (docs/decisions/0006-overload.md says why the decision is here).
 */
export class AdmissionServer {
  readonly connections = new Connections(() => this.limits.stalledMs);
  private readonly servers = new Set<Server>();
  private admit: Admit = (request, response, enter) => enter(request, response);

  constructor(private limits: ConnectionLimits) {}

  /** Sets the function that decides. Until then, every request enters. */
  use(admit: Admit): void {
    this.admit = admit;
  }

  /** For the servers that there are, and for those that Fastify makes later for more addresses. */
  limit(limits: ConnectionLimits): void {
    this.limits = limits;
    for (const server of this.servers) apply(limits, server);
  }

  /** For Fastify, which applies none of its settings to a server that it did not make. */
  readonly createServer: FastifyServerFactory = (handle, options) => {
    const work: Enter = (request, response) => this.admit(request, response, handle);
    const server = createServer({ connectionsCheckingInterval: CHECK_MS }, (request, response) =>
      this.connections.enter(request, response, work),
    );
    server.on('connection', (socket) => this.connections.add(socket));
    // Node's own takes an answer for sent that has ended, although its bytes are still here.
    server.closeIdleConnections = () => this.connections.closeIdle();
    const { keepAliveTimeout, connectionTimeout } = options as FastifyServerOptions;
    if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
    apply(this.limits, server);
    this.servers.add(server);
    return server.setTimeout(connectionTimeout ?? 0);
  };
}

function apply({ connections, headersMs, requestMs }: ConnectionLimits, server: Server): void {
  server.maxConnections = connections;
  server.requestTimeout = requestMs;
  // When the head may take longer than the request, Node exchanges the two.
  server.headersTimeout = Math.min(headersMs, requestMs);
}
