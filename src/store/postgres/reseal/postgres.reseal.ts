import type { ResealRun } from '../../sealing/reseal-run.js';
import type { ResealWalk } from '../../sealing/reseal-walks.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import { ConversationTexts } from './conversation-texts.js';
import { MessageBodies } from './message-bodies.js';
import { decodePosition, encodePosition, FIRST, type PostgresPosition } from './position.js';
import { ResealedOwners, type OnCharged } from './resealed-owners.js';

/** Seals anew what PostgreSQL stores: the texts of all conversations, and then all messages. */
export class PostgresReseal implements ResealWalk {
  readonly name = 'postgres';

  /** @param onCharged is called for each owner that is charged for more or less than before */
  constructor(
    private readonly connection: PostgresConnection,
    private readonly onCharged: OnCharged = async () => undefined,
  ) {}

  async walk(
    run: ResealRun,
    from: string | undefined,
    advance: (position: string) => void,
  ): Promise<void> {
    const owners = new ResealedOwners(run.sealing, this.onCharged);
    const start: PostgresPosition =
      from === undefined ? { table: 'conversations', after: FIRST } : decodePosition(from);
    const tables = [
      ['conversations', new ConversationTexts(this.connection, owners, run)],
      ['messages', new MessageBodies(this.connection, owners, run)],
    ] as const;
    for (const [table, rows] of tables) {
      if (table === 'conversations' && start.table === 'messages') continue;
      let after = table === start.table ? start.after : FIRST;
      while (!run.isStopped) {
        const next = await rows.resealAfter(after);
        if (!next) break;
        after = next;
        advance(encodePosition({ table, after }));
      }
    }
  }
}
