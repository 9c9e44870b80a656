import { StoreFaultError } from '../../store.errors.js';
import type { ScriptReply } from '../codecs/script-reply.js';

/**
 * What the word of a reply means.
 * @throws StoreFaultError when it is none of these words
 */
export function replyOf<Meaning>(
  [word]: ScriptReply,
  meanings: Readonly<Record<string, Meaning>>,
): Meaning {
  const meaning = meanings[word];
  if (meaning === undefined) throw new StoreFaultError(`A script replied ${word}.`);
  return meaning;
}
