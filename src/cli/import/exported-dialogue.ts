import type { Dialogue, JsonObject, MessagePlace } from './dialogue.js';
import { UnreadableLineError } from './unreadable-line.error.js';

/** Whether a line without its messages is one of an export: only the service sets these fields. */
export function isExported({ messageCount, version }: JsonObject): boolean {
  return typeof messageCount === 'number' && typeof version === 'number';
}

/**
 * What a client can send of a line of an export. The service gives the conversation and its messages new ids and times.
 * The messages of an export are those of all branches, by their seqs from 1 on.
 * @throws UnreadableLineError when the export could not read the conversation to its end
 */
export function exportedDialogue(
  { title, externalId, metadata, status, leafSeq, problem }: JsonObject,
  messages: readonly unknown[],
): Pick<Dialogue, 'head' | 'messages' | 'places' | 'ending'> {
  if (problem !== undefined) throw new UnreadableLineError('The export is incomplete here.');
  const places = new Map<number, MessagePlace>();
  const sent = messages.map((message, i) => {
    // The service says what is wrong with it.
    if (typeof message !== 'object' || message === null) return message;
    const { role, parts, metadata, parentSeq, supersedes } = message as JsonObject;
    if (typeof supersedes === 'number') places.set(i, { supersedes });
    else if (typeof parentSeq === 'number') places.set(i, { parentSeq });
    return { role, parts, metadata };
  });
  const ending = {
    // The export of an older service has no branches.
    ...(leafSeq !== undefined && leafSeq !== messages.length && { leafSeq }),
    ...(status !== undefined && status !== 'active' && { status }),
  };
  return {
    head: { title, externalId, metadata },
    messages: sent,
    places,
    ...(Object.keys(ending).length > 0 && { ending }),
  };
}
