import type { DynamicModule, Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { APP_OPTIONS, configureApp, createAdapter } from './app.setup.js';
import type { AppConfig } from './config/app-config.js';
import { appConfig } from './config/config.module.js';
import { Drain } from './health/drain.js';
import { ServiceLogger } from './service-logger.js';
import { welcome } from './startup-message.js';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs an application with the service in it: `module` is, or imports, `AppModule.forRoot()`. It
 * listens and logs as the configuration says, stops gracefully on SIGTERM and SIGINT, and in
 * development prints a token.
 * @throws ConfigurationError
 */
export async function startService(module: Type | DynamicModule): Promise<NestFastifyApplication> {
  const app = await createInterruptibly(module);
  const ignoreSignals = stopGracefully(app);
  try {
    const { http, auth } = app.get<AppConfig>(appConfig.KEY);
    await app.listen(http.port, http.host);
    welcome(auth, await app.getUrl());
  } catch (error) {
    ignoreSignals();
    await app.close();
    throw error;
  }
  return app;
}

/** As process 1 of a container, a process ignores a signal that it does not listen to. */
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
  const { isProduction, logLevel } = appConfig();
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(), {
    ...APP_OPTIONS,
    abortOnError: false,
    logger: new ServiceLogger({ json: isProduction, logLevels: [logLevel] }),
  });
  await configureApp(app);
  return app;
}

/** Until the application is closed, or until what this returns is called. */
function stopGracefully(app: NestFastifyApplication): () => void {
  const begin = (): void => app.get(Drain).begin();
  // Before Nest's own listeners, which first let every module clean up.
  for (const signal of STOP_SIGNALS) process.once(signal, begin);
  const ignoreSignals = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, begin);
  };
  app.getHttpServer().once('close', ignoreSignals);
  app.enableShutdownHooks([...STOP_SIGNALS], { useProcessExit: true });
  return ignoreSignals;
}
