import { Module } from '@nestjs/common';
import { AppModule, OrchestratorModule } from 'conversation-store';
import { AssistantModule } from './assistant/assistant.module.js';
import { Assistant } from './assistant/assistant.js';

/** The whole service with an orchestrator that answers the turns. */
@Module({
  imports: [
    AppModule.forRoot(),
    OrchestratorModule.forRoot({
      imports: [AssistantModule],
      useClass: Assistant,
      historyLimit: 20,
    }),
  ],
})
export class ExampleModule {}
