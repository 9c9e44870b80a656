import type { ConversationsApi } from './conversations-api.js';

/** The conversations that the user has already, by their externalIds. */
export class KnownConversations {
  private readonly ids = new Map<string, string>();
  private readonly busy = new Map<string, Promise<unknown>>();

  /** Reads the whole list. Of several conversations with one externalId, the longest one counts. */
  static async read(api: ConversationsApi): Promise<KnownConversations> {
    const known = new KnownConversations();
    const counts = new Map<string, number>();
    for await (const { id, externalId, messageCount } of api.list()) {
      if (externalId === undefined || messageCount <= (counts.get(externalId) ?? -1)) continue;
      counts.set(externalId, messageCount);
      known.add(externalId, id);
    }
    return known;
  }

  add(externalId: string | undefined, id: string): void {
    if (externalId !== undefined) this.ids.set(externalId, id);
  }

  /** Runs the tasks of one externalId one after the other, each with the id of the conversation. */
  async exclusively<Result>(
    externalId: string | undefined,
    task: (id: string | undefined) => Promise<Result>,
  ): Promise<Result> {
    if (externalId === undefined) return task(undefined);
    const before = this.busy.get(externalId);
    const run = (async () => {
      await before?.catch(() => undefined);
      return task(this.ids.get(externalId));
    })();
    this.busy.set(externalId, run);
    try {
      return await run;
    } finally {
      if (this.busy.get(externalId) === run) this.busy.delete(externalId);
    }
  }
}
