import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { AppModule, OrchestratorModule, startService } from '../../dist/index.js';
import { ScriptedOrchestrator } from './scripted-orchestrator.mjs';

ScriptedOrchestrator.keepsTurns = false;

/** The built service with an orchestrator, as a team would write it, to run as a process. */
class ScriptedModule {}
Module({
  imports: [AppModule.forRoot(), OrchestratorModule.forRoot({ useClass: ScriptedOrchestrator })],
})(ScriptedModule);

/** A mistake of the team's own code, outside a turn. */
if (process.env.STRAY_TEXT) {
  process.on('SIGUSR2', () => void Promise.reject(new Error(process.env.STRAY_TEXT)));
}

await startService(ScriptedModule);
