import type { SealField } from '../../sealing/seal-field.js';
import type { ResealRun } from '../../sealing/reseal-run.js';
import { FORM_OF_TEXT } from '../../sealing/sealed-form.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import { REPLACE_TEXTS, RESEAL_CONVERSATIONS } from '../statements/reseal.js';
import type { RowKey } from './position.js';
import type { ReplacedRow, ResealedOwners } from './resealed-owners.js';

/** Conversations of a batch: each may have a state of 256 KiB. */
const BATCH = 50;

/** A conversation with the texts that are not current; null for the others. */
interface StaleRow {
  readonly owner: string;
  readonly id: string;
  readonly title: string | null;
  readonly external_id: string | null;
  readonly metadata: string | null;
  readonly state: string | null;
}

/** A text that is replaced. */
interface Replacement {
  readonly former: string;
  readonly text: string;
}

/** The texts in the rows of conversations. */
export class ConversationTexts {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly owners: ResealedOwners,
    private readonly run: ResealRun,
  ) {}

  /** Reseals the conversations of the next batch. Undefined: there are no more. */
  async resealAfter({ owner, id }: RowKey): Promise<RowKey | undefined> {
    const rows = await this.connection.read<StaleRow>(
      RESEAL_CONVERSATIONS,
      RESEAL_CONVERSATIONS.values({
        owner,
        id,
        limit: BATCH,
        pattern: FORM_OF_TEXT,
        currentForms: this.run.sealing.currentForms,
      }),
    );
    for (const row of rows) await this.reseal(row);
    this.run.conversations += rows.length;
    const last = rows.at(-1);
    return last && { owner: last.owner, id: last.id, seq: 0 };
  }

  private async reseal(row: StaleRow): Promise<void> {
    const { owner, id } = row;
    const title = this.replacement(row, 'title', row.title);
    const externalId = this.replacement(row, 'externalId', row.external_id);
    const metadata = this.replacement(row, 'metadata', row.metadata);
    const state = this.replacement(row, 'state', row.state);
    const all = [title, externalId, metadata, state].filter((one) => one !== undefined);
    if (all.length === 0) return;
    const values = REPLACE_TEXTS.values({
      owner,
      id,
      addedBytes: all.reduce((sum, { former, text }) => sum + added(former, text), 0),
      title: title?.text ?? null,
      formerTitle: title?.former ?? null,
      externalId: externalId?.text ?? null,
      formerExternalId: externalId?.former ?? null,
      metadata: metadata?.text ?? null,
      formerMetadata: metadata?.former ?? null,
      state: state?.text ?? null,
      formerState: state?.former ?? null,
    });
    const replaced = await this.connection.write<ReplacedRow>(REPLACE_TEXTS, values);
    const isReplaced = (await this.owners.charge(replaced)) > 0;
    this.run.noteReplaced(all.length, isReplaced ? all.length : 0);
  }

  private replacement(
    { owner, id }: StaleRow,
    field: SealField,
    former: string | null,
  ): Replacement | undefined {
    if (former === null) return undefined;
    try {
      const text = this.owners.sealingOf(owner, id).reencode(field, former);
      return text === undefined ? undefined : { former, text };
    } catch (error) {
      this.run.noteDamage(id, error);
      return undefined;
    }
  }
}

function added(former: string, text: string): number {
  return Buffer.byteLength(text) - Buffer.byteLength(former);
}
