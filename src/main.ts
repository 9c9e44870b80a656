import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { configureApp, createAdapter } from './app.setup.js';
import { welcome } from './auth/welcome.js';
import type { AppConfig } from './config/app-config.js';
import { appConfig } from './config/config.module.js';
import { ConfigurationError } from './config/environment.js';
import { ServiceLogger } from './service-logger.js';

async function start(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createAdapter(), {
    bodyParser: false,
    bufferLogs: true,
    logger: new ServiceLogger({ logLevels: ['log'] }),
    abortOnError: false,
  });
  const { isProduction, logLevel, http, auth } = app.get<AppConfig>(appConfig.KEY);
  app.useLogger(new ServiceLogger({ json: isProduction, logLevels: [logLevel] }));
  await configureApp(app);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.listen(http.port, http.host);
  welcome(auth, await app.getUrl());
}

/** A mistake in the configuration is for whoever configures, and needs no stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await start();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
