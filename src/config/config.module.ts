import { Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { toAppConfig } from './app-config.js';
import { validateEnvironment } from './environment.js';

/** The one reader of the environment. `appConfig.KEY` is the token of the `AppConfig`. */
export const appConfig = registerAs('app', () => toAppConfig(validateEnvironment(process.env)));

@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      load: [appConfig],
      // A test says itself what it runs with.
      ignoreEnvFile: process.env['NODE_ENV'] === 'test',
    }),
  ],
})
export class AppConfigModule {}
