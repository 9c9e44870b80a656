import { Module } from '@nestjs/common';
import { RequiresFastifyModule } from '../http/requires-fastify.module.js';
import { RunningTurns } from './running-turns.js';
import { TurnFollower } from './turn-follower.js';
import { TurnNotifier } from './turn-notifier.js';
import { TurnQueue } from './turn-queue.js';
import { TurnReplayer } from './turn-replayer.js';
import { TurnsController } from './turns.controller.js';
import { ConfigurableModuleClass } from './turns.module-definition.js';
import { TurnsService } from './turns.service.js';

/**
 * Turns over REST. Needs a `StoreModule` in the application. `OrchestratorModule` binds what answers
 * the turns; without it, a turn stores the user's message and answers with that message alone.
 */
@Module({
  imports: [RequiresFastifyModule],
  controllers: [TurnsController],
  providers: [TurnsService, RunningTurns, TurnQueue, TurnFollower, TurnReplayer, TurnNotifier],
  exports: [TurnsService, RunningTurns],
})
export class TurnsModule extends ConfigurableModuleClass {}
