import type { AddressInfo } from 'node:net';
import type { DynamicModule, Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { configureApp } from './app.setup.js';
import { readLoggingOptions, type AppConfig } from './config/app-config.js';
import { appConfig } from './config/config.module.js';
import { Drain } from './health/drain.js';
import { ServiceLogger } from './logging/service-logger.js';
import { ServiceAdapter } from './service-adapter.js';
import { stopOnStrayErrors } from './stray-errors.js';
import { welcome } from './startup-message.js';
import { claimOrchestratorFailure } from './turns/orchestrator-context.js';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Connections that wait to be accepted. The kernel cuts it to its own limit, and drops what is beyond: such a client asks
 * again after a second. Node's default is 511.
 */
const BACKLOG = 65_535;

/**
 * Runs an application with the service in it: `module` is, or imports, `AppModule.forRoot()`. The
 * application listens and logs as the environment says, stops gracefully on SIGTERM, on SIGINT and
 * after an error that nobody handles, and prints a token when the service has generated the secret itself.
 * @returns the application, listening
 * @throws ConfigurationError
 */
export async function startService(module: Type | DynamicModule): Promise<NestFastifyApplication> {
  const app = await createInterruptibly(module);
  const ignoreSignals = stopGracefully(app);
  const ignoreErrors = stopOnStrayErrors(app, [claimOrchestratorFailure]);
  app.getHttpServer().once('close', ignoreErrors);
  try {
    const { http, auth } = app.get<AppConfig>(appConfig.KEY);
    await app.listen({ port: http.port, host: http.host, backlog: BACKLOG });
    welcome(auth, app.getHttpServer().address() as AddressInfo);
  } catch (error) {
    ignoreSignals();
    ignoreErrors();
    await app.close();
    throw error;
  }
  return app;
}

/** Process 1 of a container ignores every signal that it has no listener for. */
async function createInterruptibly(module: Type | DynamicModule): Promise<NestFastifyApplication> {
  const giveUp = (): never => process.exit(0);
  for (const signal of STOP_SIGNALS) process.once(signal, giveUp);
  try {
    return await createApp(module);
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, giveUp);
  }
}

async function createApp(module: Type | DynamicModule): Promise<NestFastifyApplication> {
  await ConfigModule.envVariablesLoaded;
  const logger = await ServiceLogger.open(readLoggingOptions(process.env));
  const app = await NestFactory.create<NestFastifyApplication>(module, new ServiceAdapter(), {
    abortOnError: false,
    logger,
  });
  configureApp(app);
  return app;
}

/** Listens to the signals until the application is closed. The function that it returns ends that earlier. */
function stopGracefully(app: NestFastifyApplication): () => void {
  const begin = (): void => app.get(Drain).begin();
  // These listeners run before those of Nest, which first let every module clean up.
  for (const signal of STOP_SIGNALS) process.once(signal, begin);
  const ignoreSignals = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, begin);
  };
  app.getHttpServer().once('close', ignoreSignals);
  app.enableShutdownHooks([...STOP_SIGNALS], { useProcessExit: true });
  return ignoreSignals;
}
