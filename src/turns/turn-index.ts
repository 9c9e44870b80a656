/** A turn that is found by its id and by its conversation. */
export interface IndexedTurn {
  readonly turnId: string;
  readonly conversationId: string;
}

/**
 * Turns by their ids and by their conversations: to find the turns of one conversation costs the same
 * however many turns there are. A conversation may have two turns: a turn that was lost may still be
 * ending while the next one runs.
 */
export class TurnIndex<Turn extends IndexedTurn> {
  private readonly byId = new Map<string, Turn>();
  private readonly byConversation = new Map<string, readonly Turn[]>();

  get size(): number {
    return this.byId.size;
  }

  get(turnId: string): Turn | undefined {
    return this.byId.get(turnId);
  }

  /** The turns of a conversation, as they are now. */
  in(conversationId: string): readonly Turn[] {
    return this.byConversation.get(conversationId) ?? [];
  }

  all(): Turn[] {
    return [...this.byId.values()];
  }

  add(turn: Turn): void {
    this.byId.set(turn.turnId, turn);
    this.byConversation.set(turn.conversationId, [...this.in(turn.conversationId), turn]);
  }

  delete({ turnId, conversationId }: IndexedTurn): void {
    this.byId.delete(turnId);
    const others = this.in(conversationId).filter((turn) => turn.turnId !== turnId);
    if (others.length > 0) this.byConversation.set(conversationId, others);
    else this.byConversation.delete(conversationId);
  }
}
