import type { Owner } from '../../../domain/owner.js';
import type { ResealRun } from '../../sealing/reseal-run.js';
import type { ResealWalk } from '../../sealing/reseal-walks.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { ScriptReply } from '../codecs/script-reply.js';
import type { RedisKeys } from '../redis.keys.js';
import { SCRIPTS } from '../redis.scripts.js';
import type { ScanConnection } from '../scan-connection.js';
import type { ScriptConnection } from '../script-connection.js';
import { ConversationTexts } from './conversation-texts.js';
import { batchesOf, type Replacement } from './replacement.js';

/** Conversations that are resealed at a time: requests come in between. */
const AT_ONCE = 16;

/** How often a conversation is read whose first messages leave Redis at that moment. */
const ATTEMPTS = 3;

/** Seals anew what Redis stores: all conversations that it holds. */
export class RedisReseal implements ResealWalk {
  readonly name = 'redis';

  constructor(
    private readonly redis: ScriptConnection & ScanConnection,
    private readonly keys: RedisKeys,
  ) {}

  async walk(
    run: ResealRun,
    from: string | undefined,
    advance: (position: string) => void,
  ): Promise<void> {
    for await (const { names, position } of this.redis.scanHashes(
      this.keys.conversationPattern,
      from,
    )) {
      // Of the owner's other hashes, too.
      const conversations = names.flatMap((name) => this.keys.conversationOf(name) ?? []);
      for (let start = 0; start < conversations.length; start += AT_ONCE) {
        if (run.isStopped) return;
        const batch = conversations.slice(start, start + AT_ONCE);
        await Promise.all(batch.map(({ owner, id }) => this.reseal(run, owner, id)));
      }
      run.conversations += conversations.length;
      advance(position);
      if (run.isStopped) return;
    }
  }

  private async reseal(run: ResealRun, owner: Owner, id: string): Promise<void> {
    const keys = this.keys.of(owner).conversation(id);
    const sealing = run.sealing.of(owner, id);
    const texts = new ConversationTexts(this.redis, keys, id, sealing, (error) =>
      run.noteDamage(id, error),
    );
    for (let attempt = 1; ; attempt++) {
      for await (const found of texts.stale()) {
        for (const batch of batchesOf(found)) await this.replace(run, owner, id, batch);
      }
      if (!(await texts.hasMoved())) return;
      if (attempt === ATTEMPTS) {
        run.noteReplaced(1, 0);
        return;
      }
    }
  }

  private async replace(
    run: ResealRun,
    owner: Owner,
    id: string,
    batch: readonly Replacement[],
  ): Promise<void> {
    const call = SCRIPTS.reseal.with(this.keys.of(owner).conversation(id), {
      id,
      fieldCount: batch.filter(({ place }) => typeof place === 'string').length,
      texts: batch.flatMap(({ place, former, text }) => [place, former, text]),
    });
    const [word, replaced] = (await this.redis.write(...call)) as ScriptReply;
    if (word === 'OK') run.noteReplaced(batch.length, replaced as number);
    // A conversation that is gone needs nothing more.
    else if (word === 'DAMAGED') {
      run.noteDamage(id, new ConversationDamagedError(id, 'Its hash or its messages are missing.'));
    }
  }
}
