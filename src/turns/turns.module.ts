import { Module, type DynamicModule, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { expectFastify } from '../http/requires-fastify.module.js';
import { RunningTurns } from './running-turns.js';
import { TurnFollower } from './turn-follower.js';
import { TurnInputs } from './turn-inputs.js';
import { TurnQueue } from './turn-queue.js';
import { TurnReaders } from './turn-readers.js';
import { TurnReplayer } from './turn-replayer.js';
import { TurnsController } from './turns.controller.js';
import { ConfigurableModuleClass } from './turns.module-definition.js';
import { DEFAULT_TURN_OPTIONS, type TurnOptions } from './turns.options.js';
import { TurnsService } from './turns.service.js';

/**
 * Turns over REST. Needs a `StoreModule` in the application. `OrchestratorModule` binds what answers
 * the turns; without it, a turn stores the user's message and answers with that message alone.
 */
@Module({
  controllers: [TurnsController],
  providers: [
    TurnsService,
    TurnInputs,
    RunningTurns,
    TurnQueue,
    TurnFollower,
    TurnReaders,
    TurnReplayer,
  ],
})
export class TurnsModule extends ConfigurableModuleClass implements NestModule {
  /** For options that are known before the application starts. Each has a default. */
  static override forRoot(options: Partial<TurnOptions> = {}): DynamicModule {
    return super.forRoot({ ...DEFAULT_TURN_OPTIONS, ...options });
  }

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly turns: RunningTurns,
  ) {
    super();
  }

  /**
   * Nest calls it before it registers routes, and only in an application with an HTTP server. The
   * turns end after the drain, and before the server waits for the answers that are in progress.
   */
  configure(): void {
    expectFastify(this.host).addHook('preClose', () => this.turns.stop());
  }
}
