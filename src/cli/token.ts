import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { JwtOptions, TokenKeys } from '../auth/auth.options.js';
import { mintToken, sharedSecret, type TokenRequest } from '../auth/development-token.js';
import type { AppConfig } from '../config/app-config.js';
import { appConfig, AppConfigModule } from '../config/config.module.js';
import { EXIT_CODE, runCommand } from './run-command.js';
import { parseTokenCommand, TOKEN_USAGE } from './token-command.js';

type SharedSecret = Extract<TokenKeys, { kind: 'secret' }>;

async function readAuth(): Promise<JwtOptions> {
  const context = await NestFactory.createApplicationContext(AppConfigModule.forRoot(), {
    logger: false,
    abortOnError: false,
  });
  const { auth } = context.get<Required<AppConfig>>(appConfig.KEY);
  await context.close();
  return auth;
}

/** The keys of the configuration. Without any, the keys of the service that runs in this folder. */
function keysToSignWith({ keys }: JwtOptions): SharedSecret {
  if (keys.kind === 'jwks') {
    throw new Error('JWT_JWKS_URI is set. Get a token from your identity provider.');
  }
  if (!keys.generated) return keys;
  const secret = sharedSecret();
  if (secret !== undefined) return { ...keys, secret };
  throw new Error(
    'There is no secret to sign with. Set JWT_SECRET, or start the service in this folder first.',
  );
}

async function printToken(request: TokenRequest): Promise<number> {
  const auth = await readAuth();
  process.stdout.write(`${mintToken({ ...auth, keys: keysToSignWith(auth) }, request)}\n`);
  return EXIT_CODE.done;
}

process.exitCode = await runCommand(
  { usage: TOKEN_USAGE, parse: parseTokenCommand, execute: printToken },
  process.argv.slice(2),
);
