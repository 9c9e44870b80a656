import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { JwtOptions, TokenKeys } from '../auth/auth.options.js';
import { mintToken, sharedSecret, type TokenRequest } from '../auth/development-token.js';
import type { AppConfig } from '../config/app-config.js';
import { appConfig, AppConfigModule } from '../config/config.module.js';
import { parseTokenCommand, TOKEN_USAGE } from './token-command.js';

const FAILED = 1;
const WRONG_USAGE = 2;

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

/** The keys of the configuration or, where it has none, of the service that runs in this folder. */
function keysToSignWith({ keys }: JwtOptions): SharedSecret {
  if (keys.kind === 'jwks') {
    throw new Error('JWT_JWKS_URI is set: tokens come from your identity provider.');
  }
  if (!keys.generated) return keys;
  const secret = sharedSecret();
  if (secret !== undefined) return { ...keys, secret };
  throw new Error(
    'There is no secret to sign with: set JWT_SECRET, or start the service in this folder first.',
  );
}

function mint(auth: JwtOptions, request: TokenRequest): string {
  return mintToken({ ...auth, keys: keysToSignWith(auth) }, request);
}

async function run(args: readonly string[]): Promise<number> {
  let command: TokenRequest | 'help';
  try {
    command = parseTokenCommand(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${TOKEN_USAGE}`);
    return WRONG_USAGE;
  }
  try {
    const token = command === 'help' ? TOKEN_USAGE.trimEnd() : mint(await readAuth(), command);
    process.stdout.write(`${token}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return FAILED;
  }
}

process.exitCode = await run(process.argv.slice(2));
