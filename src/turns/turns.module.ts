import { Module, type DynamicModule, type ModuleMetadata, type Type } from '@nestjs/common';
import { RequiresFastifyModule } from '../http/requires-fastify.module.js';
import { ORCHESTRATOR, type Orchestrator } from './orchestrator.js';
import { TurnNotifier } from './turn-notifier.js';
import { TurnFollower } from './turn-follower.js';
import { TurnQueue } from './turn-queue.js';
import { TurnReplayer } from './turn-replayer.js';
import { RunningTurns } from './running-turns.js';
import { TurnsController } from './turns.controller.js';
import { ConfigurableModuleClass } from './turns.module-definition.js';
import { DEFAULT_HISTORY_LIMIT, ORCHESTRATOR_OPTIONS } from './turns.options.js';
import { TurnsService } from './turns.service.js';

/** The orchestrator of the application, and what it needs. */
export interface OrchestratorModuleOptions {
  /** What the orchestrator injects comes from these. */
  readonly imports?: ModuleMetadata['imports'];
  readonly orchestrator: Type<Orchestrator>;
  /** Messages before the user's own that a turn shows; 50 when absent. */
  readonly historyLimit?: number;
}

/**
 * Turns over REST. `AppModule` has it, and without an orchestrator a turn stores the user's message
 * and answers with it alone.
 */
@Module({
  imports: [RequiresFastifyModule],
  controllers: [TurnsController],
  providers: [TurnsService, RunningTurns, TurnQueue, TurnFollower, TurnReplayer, TurnNotifier],
  exports: [TurnsService, RunningTurns],
})
export class TurnsModule extends ConfigurableModuleClass {
  /** Binds the orchestrator of the application. Belongs beside `AppModule.forRoot()`. */
  static forRoot({
    imports = [],
    orchestrator,
    historyLimit = DEFAULT_HISTORY_LIMIT,
  }: OrchestratorModuleOptions): DynamicModule {
    return {
      module: OrchestratorModule,
      global: true,
      imports,
      providers: [
        { provide: ORCHESTRATOR, useClass: orchestrator },
        { provide: ORCHESTRATOR_OPTIONS, useValue: { historyLimit } },
      ],
      exports: [ORCHESTRATOR, ORCHESTRATOR_OPTIONS],
    };
  }
}

/** Of a class of its own, so that it brings no second copy of the routes. */
@Module({})
class OrchestratorModule {}
