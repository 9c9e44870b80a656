import { Inject, Injectable, Module } from '@nestjs/common';
import { convertToModelMessages, streamText, type LanguageModel } from 'ai';
import { AppModule, OrchestratorModule, startService } from 'conversation-store';
import type { Orchestrator, TurnContext, TurnOutput } from 'conversation-store';
import { AssistantModule } from './assistant/assistant.module.js';
import { LANGUAGE_MODEL } from './assistant/language-model.js';

/** The shortest orchestrator: it passes on everything that the AI SDK streams. */
@Injectable()
class OneLine implements Orchestrator {
  constructor(@Inject(LANGUAGE_MODEL) private readonly model: LanguageModel) {}

  async *answer({ messages, signal }: TurnContext): AsyncIterable<TurnOutput> {
    const prompt = await convertToModelMessages(messages, { ignoreIncompleteToolCalls: true });
    const { model } = this;
    yield* streamText({ model, messages: prompt, abortSignal: signal }).toUIMessageStream();
  }
}

@Module({
  imports: [
    AppModule.forRoot(),
    OrchestratorModule.forRoot({ imports: [AssistantModule], useClass: OneLine }),
  ],
})
class OneLineModule {}

await startService(OneLineModule);
