import type { Owner } from '../../../domain/owner.js';
import { ConversationDamagedError, StoreFaultError } from '../../store.errors.js';
import type { Snapshot, StoredState } from '../../snapshot.js';
import type { ScriptReply } from '../codecs/script-reply.js';
import type { RedisKeys } from '../redis.keys.js';
import { replyOf } from './reply-of.js';
import {
  decodeOutline,
  mostBytesOf,
  unsavedCountOf,
  type Outline,
  type SnapshotPlace,
  type UnsavedParts,
} from './snapshot-outline.js';
import type { TierConnection } from './tier-connection.js';
import { TIER_SCRIPTS } from './tier.scripts.js';

/** Conversations that are read at a time, and those that a script reads: it takes Redis about half a millisecond. */
const BATCH = 500;
const SCRIPT_BATCH = 100;

/** Bytes of messages that one command fetches at most. */
const CHUNK_BYTES = 1024 * 1024;

/** How often a conversation is read whose older messages leave Redis, or that goes back, at that moment. */
const ATTEMPTS = 3;

/**
 * `unsaved`: the record has to save the snapshot. `saved`: the record has this revision, and there is only a
 * settle to do. `gone`: Redis does not hold the conversation any more, or holds another of that id, which has a
 * mark of its own. `damaged`: part of it is missing or cannot be read.
 */
export type SnapshotResult =
  | { readonly member: string; readonly result: 'unsaved' | 'saved'; readonly snapshot: Snapshot }
  | { readonly member: string; readonly result: 'gone' | 'damaged' };

/**
 * Reads what Redis has of conversations and the record does not have yet. What is small is copied by a script,
 * many conversations at once. The rest is fetched afterwards, without Lua.
 */
export class RedisSnapshots {
  /** @param copiedBytes that a script copies at most */
  constructor(
    private readonly redis: TierConnection,
    private readonly keys: RedisKeys,
    private readonly copiedBytes = 256 * 1024,
  ) {}

  /**
   * Reads the members in order, until they may have more than `maxBytes`: the results are those of the first
   * members, of one at least. Each snapshot is whole: a conversation alone may have more bytes.
   */
  async take(members: readonly string[], maxBytes: number): Promise<SnapshotResult[]> {
    const groups = groupsOf(members.slice(0, BATCH));
    const copiedBytes = Math.floor(Math.min(this.copiedBytes, maxBytes / groups.length));
    const outlines = await Promise.all(groups.map((group) => this.outlinesOf(group, copiedBytes)));
    const results: SnapshotResult[] = [];
    const incomplete: Promise<void>[] = [];
    let bytes = 0;
    for (const outline of outlines.flat()) {
      if ('keys' in outline) bytes += mostBytesOf(outline);
      if (bytes > maxBytes && results.length > 0) break;
      if (!('keys' in outline)) results.push(outline);
      else if (outline.isWhole) results.push(resultOf(outline));
      else {
        const position = results.push(resultOf(outline)) - 1;
        incomplete.push(
          this.complete(outline, ATTEMPTS).then((result) => void (results[position] = result)),
        );
      }
    }
    await Promise.all(incomplete);
    return results;
  }

  /** Of members of one partition. */
  private async outlinesOf(
    members: readonly string[],
    copiedBytes: number,
  ): Promise<(Outline | SnapshotResult)[]> {
    const owners = new Map<string, Owner>();
    const places = members.map((member) => this.placeOf(member, owners));
    const call = TIER_SCRIPTS.readUnsaved.with(
      {
        groupedKeys: places.flatMap(({ member, keys }) => [
          member,
          keys.messagesKey,
          keys.unsavedRecordsKey,
        ]),
      },
      { maxBytes: copiedBytes },
    );
    const found = (await this.redis.read(...call)) as UnsavedParts[];
    const outlines: (Outline | SnapshotResult)[] = [];
    for (const [i, place] of places.entries()) {
      const parts = found[i] as UnsavedParts;
      const [[head]] = parts;
      outlines.push(head == null ? await this.forget(place) : outlineOrDamage(place, parts));
    }
    return outlines;
  }

  /** @param owners by the beginning of the members: the keys of one are named once */
  private placeOf(member: string, owners: Map<string, Owner>): SnapshotPlace {
    const name = this.keys.conversationOf(member);
    if (!name) throw new StoreFaultError('An index has a member that names no conversation.');
    const beginning = member.slice(0, member.lastIndexOf(':'));
    const owner = owners.get(beginning) ?? name.owner;
    owners.set(beginning, owner);
    const keys = this.keys.of(owner).conversationInTier(name.id);
    return { member, keys, owner, id: name.id, partition: this.keys.partitionOf(owner) };
  }

  /** Reads the rest, and whether all is of one conversation. */
  private async complete(outline: Outline, attempts: number): Promise<SnapshotResult> {
    if (outline.isWhole) return resultOf(outline);
    const { member, keys, snapshot, hasUnsavedState, base } = outline;
    const count = unsavedCountOf(outline);
    const elements = await this.readElements(outline, count);
    const stateFields = hasUnsavedState ? ['state', 'stateVersion'] : [];
    const [head, baseNow, revisionNow, text, version] = await this.redis.readHash(
      keys.conversationKey,
      ['head', 'base', 'revision', ...stateFields],
    );
    if (head?.split(' ')[3] !== String(snapshot.createdAt)) return { member, result: 'gone' };
    // The elements have other places now, or some have gone again: by a promotion, say.
    if (Number(baseNow ?? 0) !== base || Number(revisionNow ?? 0) < snapshot.revision) {
      return attempts > 1 ? this.again(member, attempts - 1) : { member, result: 'damaged' };
    }
    // It may be a newer state than the revision's. That does no harm: the next snapshot has that revision.
    const state: StoredState | undefined =
      text == null ? undefined : { text, version: Number(version) };
    return resultOf({ ...outline, snapshot: { ...snapshot, elements, ...(state && { state }) } });
  }

  private async again(member: string, attempts: number): Promise<SnapshotResult> {
    const [outline] = await this.outlinesOf([member], this.copiedBytes);
    if (outline && 'keys' in outline) return this.complete(outline, attempts);
    return outline as SnapshotResult;
  }

  /** The unsaved elements: no more than there are, when some are missing. */
  private async readElements(
    { keys: { messagesKey }, snapshot, base, largest }: Outline,
    count: number,
  ): Promise<string[]> {
    const from = snapshot.firstSeq - 1 - base;
    const length = Math.max(1, Math.floor(CHUNK_BYTES / largest));
    let elements: string[] = [];
    while (elements.length < count) {
      const start = from + elements.length;
      const stop = Math.min(start + length, from + count) - 1;
      const chunk = await this.redis.readList(messagesKey, start, stop);
      elements = elements.length === 0 ? chunk : elements.concat(chunk);
      if (chunk.length < stop - start + 1) break;
    }
    return elements;
  }

  /** Takes what Redis does not hold any more out of the index. */
  private async forget({ member, keys, id }: SnapshotPlace): Promise<SnapshotResult> {
    const reply = await this.redis.writeUnreplicated(...TIER_SCRIPTS.forget.with(keys, { id }));
    const result = replyOf(reply as ScriptReply, { OK: 'gone', DAMAGED: 'damaged' } as const);
    return { member, result };
  }
}

/** Runs of members of one partition, since the keys of a script are in one slot. */
function groupsOf(members: readonly string[]): string[][] {
  const groups: string[][] = [];
  let tag: string | undefined;
  for (const member of members) {
    const group = groups.at(-1);
    const tagHere = member.slice(0, member.indexOf('}'));
    if (group && tag === tagHere && group.length < SCRIPT_BATCH) group.push(member);
    else groups.push([member]);
    tag = tagHere;
  }
  return groups;
}

function outlineOrDamage(place: SnapshotPlace, parts: UnsavedParts): Outline | SnapshotResult {
  try {
    return decodeOutline(place, parts);
  } catch (error) {
    if (!(error instanceof ConversationDamagedError)) throw error;
    return { member: place.member, result: 'damaged' };
  }
}

function resultOf(outline: Outline): SnapshotResult {
  const { member, isSaved, snapshot } = outline;
  if (snapshot.elements.length !== unsavedCountOf(outline)) return { member, result: 'damaged' };
  return { member, result: isSaved ? 'saved' : 'unsaved', snapshot };
}
