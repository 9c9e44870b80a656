import { resealMessage } from '../../codecs/message.codec.js';
import { FORM_OF_MESSAGE, isCurrentMessage } from '../../codecs/stored-element.js';
import type { ResealRun } from '../../sealing/reseal-run.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import { REPLACE_MESSAGES, RESEAL_MESSAGES } from '../statements/reseal.js';
import type { RowKey } from './position.js';
import type { ReplacedRow, ResealedOwners } from './resealed-owners.js';

/** Messages that a batch looks through. */
const BATCH = 2_000;

/** Bytes of messages that a batch replaces, unless one message has more. */
const BATCH_BYTES = 256 * 1024;

/** A message that is not current. */
interface StaleRow extends RowKey {
  /** Null in the last row: the others up to there are current. */
  readonly body: string | null;
}

/** A message that is replaced. */
interface Replacement extends RowKey {
  readonly former: string;
  readonly body: string;
}

/** The bodies of messages. */
export class MessageBodies {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly owners: ResealedOwners,
    private readonly run: ResealRun,
  ) {}

  /** Reseals the messages of the next batch. Undefined: there are no more. */
  async resealAfter(after: RowKey): Promise<RowKey | undefined> {
    const values = RESEAL_MESSAGES.values({
      ...after,
      limit: BATCH,
      maxBytes: BATCH_BYTES,
      pattern: FORM_OF_MESSAGE,
      currentForms: this.run.sealing.currentForms,
    });
    const rows = await this.connection.read<StaleRow>(RESEAL_MESSAGES, values);
    await this.replace(rows.flatMap((row) => this.replacement(row) ?? []));
    return rows.at(-1);
  }

  private async replace(replacements: readonly Replacement[]): Promise<void> {
    if (replacements.length === 0) return;
    const values = REPLACE_MESSAGES.values({
      owners: replacements.map(({ owner }) => owner),
      ids: replacements.map(({ id }) => id),
      seqs: replacements.map(({ seq }) => seq),
      formerBodies: replacements.map(({ former }) => former),
      bodies: replacements.map(({ body }) => body),
    });
    const replaced = await this.connection.write<ReplacedRow>(REPLACE_MESSAGES, values);
    this.run.noteReplaced(replacements.length, await this.owners.charge(replaced));
  }

  private replacement({ owner, id, seq, body }: StaleRow): Replacement | undefined {
    if (body === null) return undefined;
    const sealing = this.owners.sealingOf(owner, id);
    if (isCurrentMessage(body, sealing)) return undefined;
    try {
      const resealed = resealMessage(id, seq, body, sealing, sealing);
      return { owner, id, seq, former: body, body: resealed };
    } catch (error) {
      this.run.noteDamage(id, error);
      return undefined;
    }
  }
}
