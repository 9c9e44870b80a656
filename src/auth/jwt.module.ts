import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { ConfigurableModuleClass } from './jwt.module-definition.js';
import { JwtStrategy } from './jwt.strategy.js';
import { SigningKeys } from './signing-keys.js';
import { TokenAuthentication } from './token-authentication.js';
import { VerifiedTokens } from './verified-tokens.js';

/** The JWT verification of the service. */
@Module({
  providers: [
    SigningKeys,
    VerifiedTokens,
    JwtStrategy,
    TokenAuthentication,
    { provide: APP_GUARD, useClass: JwtAuthGuard },
  ],
})
export class JwtModule extends ConfigurableModuleClass {}
