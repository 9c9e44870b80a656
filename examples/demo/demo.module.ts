import { Module } from '@nestjs/common';
import { AppModule, OrchestratorModule } from 'conversation-store';
import { AssistantModule } from '../orchestrator/assistant/assistant.module.js';
import { DemoAssistant } from './demo-assistant.js';

/** The whole service with an orchestrator that has tools. */
@Module({
  imports: [
    AppModule.forRoot(),
    OrchestratorModule.forRoot({
      imports: [AssistantModule],
      useClass: DemoAssistant,
      historyLimit: 20,
    }),
  ],
})
export class DemoModule {}
