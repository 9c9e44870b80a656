import { REPLY, type Entry, type Ledger } from './ledger.js';

/** Texts by conversation, in the order of their seq: 1, 2, 3 … */
export type StoredTexts = ReadonlyMap<string, readonly string[]>;

/** Each list names messages that break a promise: all must be empty. */
export interface Verdict {
  /** Acknowledged, and not stored. */
  readonly lost: readonly string[];
  /** Stored, although the service has said that nothing was changed, or although nobody sent it. */
  readonly untold: readonly string[];
  /** Stored more than once. */
  readonly doubled: readonly string[];
  /** Stored behind one that was sent only after this one was acknowledged. */
  readonly reordered: readonly string[];
  /** Acknowledged at another place than where it is. */
  readonly misplaced: readonly string[];
  /** Of turns: without the reply that was acknowledged, or with one that is doubled or not behind them. */
  readonly misanswered: readonly string[];
}

/**
 * Holds what is stored against what was promised. The order that is promised is that of real time:
 * what was acknowledged before another message was sent comes before it. For a writer that sends a
 * message only when the one before is acknowledged, that is the order of sending; of two on their way
 * at the same time either may come first, and one whose outcome is unknown may still arrive late.
 */
export function judge(ledger: Ledger, stored: StoredTexts): Verdict {
  const entries = new Map(ledger.entries.map((entry) => [entry.text, entry]));
  const count = new Map<string, number>();
  const replies = new Set(ledger.turns.map(({ text }) => REPLY + text));
  for (const text of [...stored.values()].flat()) {
    if (!replies.has(text)) count.set(text, (count.get(text) ?? 0) + 1);
  }
  const isTold = (text: string): boolean => {
    const outcome = entries.get(text)?.outcome;
    return outcome === 'acknowledged' || outcome === 'unknown';
  };
  return {
    lost: ledger.of('acknowledged').flatMap(({ text }) => (count.has(text) ? [] : [text])),
    untold: [...count.keys()].filter((text) => !isTold(text)),
    doubled: [...count].flatMap(([text, times]) => (times > 1 ? [text] : [])),
    reordered: [...stored.values()].flatMap((texts) => reorderedOf(texts, entries)),
    misplaced: ledger.entries.flatMap((entry) => (isMisplaced(entry, stored) ? [entry.text] : [])),
    misanswered: ledger.turns.flatMap((entry) => (isMisanswered(entry, stored) ? entry.text : [])),
  };
}

function reorderedOf(texts: readonly string[], entries: ReadonlyMap<string, Entry>): string[] {
  let latest = 0;
  return texts.filter((text) => {
    const { possibleFrom = 0, acknowledgedAt = Infinity } = entries.get(text) ?? {};
    const isBehindALaterOne = acknowledgedAt < latest;
    latest = Math.max(latest, possibleFrom);
    return isBehindALaterOne;
  });
}

/** One that is lost is not misplaced as well. */
function isMisplaced({ text, place }: Entry, stored: StoredTexts): boolean {
  if (!place) return false;
  const isThere = stored.get(place.conversationId)?.[place.seq - 1] === text;
  return !isThere && [...stored.values()].some((texts) => texts.includes(text));
}

/** One that is lost is not misanswered as well. */
function isMisanswered({ text, isAnswered = false }: Entry, stored: StoredTexts): boolean {
  const replies = [...stored.values()].flatMap((texts) =>
    texts.flatMap((reply, i) => (reply === REPLY + text ? [texts[i - 1]] : [])),
  );
  if (replies.length === 0) return isAnswered && [...stored.values()].flat().includes(text);
  return replies.length > 1 || replies[0] !== text;
}
