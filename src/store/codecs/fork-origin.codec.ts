import type { ForkOrigin } from '../../domain/conversation.js';

/** What a conversation is a copy of, as both tiers store it: `<id> <seq>`. */
export function encodeOrigin({ id, seq }: ForkOrigin): string {
  return `${id} ${seq}`;
}

/** @throws TypeError */
export function decodeOrigin(text: string): ForkOrigin {
  const [, id, seq] = /^(\S+) (\d+)$/.exec(text) ?? [];
  if (id === undefined || seq === undefined) throw new TypeError('Not the origin of a fork.');
  return { id, seq: Number(seq) };
}
