import type { Orchestrator, TurnContext, TurnOutput } from 'conversation-store';

export class ScriptedOrchestrator implements Orchestrator {
  static turns: TurnContext[];
  static aborted: string[];
  answer(turn: TurnContext): AsyncIterable<TurnOutput>;
}
