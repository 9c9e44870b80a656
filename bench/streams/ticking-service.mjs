import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { AppModule, OrchestratorModule, startService } from '../../dist/index.js';
import { tokens } from './tokens.mjs';

class TickingOrchestrator {
  async *answer({ userMessage }) {
    yield* tokens(userMessage.parts[0].text);
  }
}

/** The built service with an orchestrator, as a team would write it, to run as a process. */
class TickingModule {}
Module({
  imports: [AppModule.forRoot(), OrchestratorModule.forRoot({ useClass: TickingOrchestrator })],
})(TickingModule);

await startService(TickingModule);
