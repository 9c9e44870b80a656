import type { AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Type } from '@nestjs/common';
import {
  AppModule,
  configureApp,
  OrchestratorModule,
  ServiceAdapter,
  type AuthOptions,
  type Orchestrator,
  type StoreOptions,
} from 'conversation-store';
import { readAppConfig, type AppConfig } from '../../src/config/app-config.js';
import { appConfig } from '../../src/config/config.module.js';
import { ApiClient } from './api-client.js';
import { LogRecorder } from './log-recorder.js';
import { TEST_SECRET } from './token.js';

/** The whole service in this process, listening on loopback. */
export interface TestService {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** A client with a token of this user; of a new one when none is named. */
  client(user?: Parameters<typeof ApiClient.for>[1]): ApiClient;
  /** What the service has logged: `level [context] message`. */
  logLines(): readonly string[];
  close(): Promise<void>;
}

export interface TestServiceOptions {
  /** Environment variables on top of a test's own: a fixed secret and the store in memory. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Routes of an application that has the service in it. */
  readonly controllers?: Type[];
  /** A store in place of the one that the environment binds. */
  readonly store?: StoreOptions;
  readonly orchestrator?: Type<Orchestrator>;
  /** Authentication in place of the one that the environment configures. */
  readonly auth?: AuthOptions;
}

export async function startService(options: TestServiceOptions = {}): Promise<TestService> {
  const environment = {
    NODE_ENV: 'test',
    JWT_SECRET: TEST_SECRET,
    ACCESS_LOG: 'false',
    ...options.environment,
  };
  const configured = readAppConfig(environment);
  const config: AppConfig = { ...configured, ...(options.store && { store: options.store }) };
  const log = new LogRecorder();
  const { auth, orchestrator, controllers = [] } = options;
  const imports = [
    AppModule.forRoot({ ...(auth && { auth }) }),
    ...(orchestrator ? [OrchestratorModule.forRoot({ useClass: orchestrator })] : []),
  ];
  const module = await Test.createTestingModule({ imports, controllers })
    .overrideProvider(appConfig.KEY)
    .useValue(config)
    .setLogger(log)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(new ServiceAdapter(), {
    logger: log,
  });
  configureApp(app);
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpAdapter().getInstance();
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return {
    app,
    url,
    client: (user) => ApiClient.for(url, user),
    logLines: () => log.lines,
    close: () => app.close(),
  };
}
