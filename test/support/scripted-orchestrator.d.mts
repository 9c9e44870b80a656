import type { Orchestrator, TurnContext, TurnOutput } from 'conversation-store';

export class ScriptedOrchestrator implements Orchestrator {
  static turns: TurnContext[];
  static aborted: string[];
  static keepsTurns: boolean;
  answer(turn: TurnContext): AsyncIterable<TurnOutput>;
}
