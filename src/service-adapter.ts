import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AdmissionServer, type Admit } from './admission/admission-server.js';
import type { Connections } from './admission/connections.js';
import { ApplicationSetupError } from './http/application-setup.error.js';
import { toConnectionLimits, type ConnectionLimits } from './config/connection-limits.js';
import { HttpEnvironment } from './config/http.environment.js';
import { requestIdOf } from './http/request-id.js';
import { UNROUTED_PROBLEMS } from './problems/unrouted-problems.js';

/**
 * The HTTP adapter of the service, for `NestFactory.create` and for `createNestApplication` of a
 * testing module. Call `configureApp` on the application before it starts.
 */
export class ServiceAdapter extends FastifyAdapter {
  private readonly admissionServer: AdmissionServer;
  private configured = false;

  constructor() {
    const admissionServer = new AdmissionServer(toConnectionLimits(new HttpEnvironment()));
    super({
      ...UNROUTED_PROBLEMS,
      genReqId: requestIdOf,
      // While the server closes, it answers requests on open connections instead of refusing them.
      return503OnClosing: false,
      // When the server closes, it closes connections without a request in flight at once.
      forceCloseConnections: 'idle',
      // The longest id in a path; a UUID has 36 characters.
      routerOptions: { maxParamLength: 100 },
      serverFactory: admissionServer.createServer,
    });
    this.admissionServer = admissionServer;
  }

  get connections(): Connections {
    return this.admissionServer.connections;
  }

  /** Whether `configureApp` has been called. */
  get isConfigured(): boolean {
    return this.configured;
  }

  /** From now on, this decides about every request before Fastify sees it. */
  admitWith(admit: Admit): void {
    this.admissionServer.use(admit);
    this.configured = true;
  }

  /** What clients may take of the connections, in place of the defaults. */
  limitConnections(limits: ConnectionLimits): void {
    this.admissionServer.limit(limits);
  }

  /** Nest would add parsers of its own here. `configureApp` adds the only one that the service has. */
  override registerParserMiddleware(): void {
    // Nothing to add.
  }
}

/** @throws ApplicationSetupError when the application has another adapter */
export function expectServiceAdapter(adapter: unknown): ServiceAdapter {
  if (adapter instanceof ServiceAdapter) return adapter;
  const name = (adapter as object | undefined)?.constructor.name ?? 'no HTTP adapter';
  throw new ApplicationSetupError(
    `The service needs the HTTP adapter ServiceAdapter, but the application has ${name}. ` +
      'Use startService(module), or NestFactory.create(module, new ServiceAdapter()) and then configureApp(app).',
  );
}
