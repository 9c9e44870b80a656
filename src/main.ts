import 'reflect-metadata';
import { ConfigModule } from '@nestjs/config';
import { AppModule } from './app.module.js';
import { createApp, STOP_SIGNALS } from './app.setup.js';
import type { AppConfig } from './config/app-config.js';
import { appConfig } from './config/config.module.js';
import { ConfigurationError } from './config/environment.js';
import { ServiceLogger } from './service-logger.js';
import { welcome } from './welcome.js';

async function start(): Promise<void> {
  // As process 1 of a container, the process would otherwise ignore a signal while it starts.
  const giveUp = (): never => process.exit(0);
  for (const signal of STOP_SIGNALS) process.once(signal, giveUp);

  await ConfigModule.envVariablesLoaded;
  const { isProduction, logLevel } = appConfig();
  const logger = new ServiceLogger({ json: isProduction, logLevels: [logLevel] });
  const app = await createApp(AppModule.forRoot(), logger);
  for (const signal of STOP_SIGNALS) process.off(signal, giveUp);

  const { http, auth } = app.get<AppConfig>(appConfig.KEY);
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
