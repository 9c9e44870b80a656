import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ApplicationSetupError } from '../http/application-setup.error.js';
import { ORCHESTRATOR } from './orchestrator.js';
import {
  ORCHESTRATOR_OPTIONS,
  type OrchestratorModuleAsyncOptions,
  type OrchestratorModuleOptions,
  type OrchestratorOptions,
} from './orchestrator.options.js';

/** Binds the one orchestrator of the application. Import it beside `AppModule.forRoot()`. */
@Module({})
export class OrchestratorModule {
  /** @throws ApplicationSetupError when the application has a second orchestrator: Nest would silently
   *   use one of them */
  constructor(modules: ModulesContainer) {
    const all = [...modules.values()].filter(({ metatype }) => metatype === OrchestratorModule);
    if (all.length === 1) return;
    throw new ApplicationSetupError(
      `The application binds ${all.length} orchestrators. Import OrchestratorModule only once.`,
    );
  }

  /** For an orchestrator whose options are known before the application starts. */
  static forRoot(options: OrchestratorModuleOptions): DynamicModule {
    const { historyLimit } = options;
    return globalModule(options, [
      toProvider(options),
      {
        provide: ORCHESTRATOR_OPTIONS,
        inject: [ORCHESTRATOR],
        useFactory: (orchestrator: OrchestratorOptions['orchestrator']): OrchestratorOptions => ({
          orchestrator,
          ...(historyLimit !== undefined && { historyLimit }),
        }),
      },
    ]);
  }

  /** For options that come from a provider, such as a configuration. */
  static forRootAsync(options: OrchestratorModuleAsyncOptions): DynamicModule {
    const { inject = [], useFactory } = options;
    return globalModule(options, [
      { provide: ORCHESTRATOR_OPTIONS, inject, useFactory },
      {
        provide: ORCHESTRATOR,
        inject: [ORCHESTRATOR_OPTIONS],
        useFactory: ({ orchestrator }: OrchestratorOptions) => orchestrator,
      },
    ]);
  }
}

/** Global, because `TurnsModule` is imported elsewhere and uses the orchestrator. */
function globalModule(
  { imports = [] }: Pick<OrchestratorModuleAsyncOptions, 'imports'>,
  providers: Provider[],
): DynamicModule {
  const exports = [ORCHESTRATOR, ORCHESTRATOR_OPTIONS];
  return { module: OrchestratorModule, global: true, imports, providers, exports };
}

function toProvider(options: OrchestratorModuleOptions): Provider {
  const provide = ORCHESTRATOR;
  const { useClass, useFactory, useExisting, inject = [] } = options;
  if (useClass) return { provide, useClass };
  if (useFactory) return { provide, useFactory, inject };
  return { provide, useExisting };
}
