import { Module, type DynamicModule, type ModuleMetadata, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { AuthOptions } from './auth.options.js';
import { CallerGuard, CUSTOM_GUARD } from './caller.guard.js';
import { JwtModule } from './jwt.module.js';
import { TokenAuthentication } from './token-authentication.js';
import { CUSTOM_STRATEGY, StrategyGuard } from './strategy.guard.js';

/**
 * Requires a caller on every route of the application, except on those marked `@Public()`. Import it
 * once.
 */
@Module({})
export class AuthModule {
  /** For options that are known before the application starts. */
  static forRoot(options: AuthOptions): DynamicModule {
    switch (options.kind) {
      case 'jwt':
        return { module: AuthModule, imports: [JwtModule.forRoot(options)] };
      case 'guard':
        return customAuth(options.imports, [{ provide: CUSTOM_GUARD, useClass: options.guard }]);
      case 'passport':
        return customAuth(options.imports, [
          { provide: CUSTOM_STRATEGY, useClass: options.strategy },
          { provide: CUSTOM_GUARD, useClass: StrategyGuard },
        ]);
    }
  }

  /** For the JWT verification of the service, with options that come from a provider. */
  static forRootAsync(options: Parameters<typeof JwtModule.forRootAsync>[0]): DynamicModule {
    return { module: AuthModule, imports: [JwtModule.forRootAsync(options)] };
  }
}

function customAuth(imports: ModuleMetadata['imports'] = [], providers: Provider[]): DynamicModule {
  return {
    module: AuthModule,
    imports,
    providers: [
      ...providers,
      { provide: APP_GUARD, useClass: CallerGuard },
      // Only the guard can find the caller: no hook can before the body has been read.
      { provide: TokenAuthentication, useValue: null },
    ],
  };
}
