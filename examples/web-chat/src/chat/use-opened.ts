import type { Conversation, ConversationClient } from '@conversation-store/client';
import { useEffect, useState } from 'react';

/**
 * A conversation as the list has it, or as it is read when the list does not have it.
 * @param replaced as this page has changed it last
 */
export function useOpened(
  client: ConversationClient,
  id: string,
  listed: Conversation | undefined,
  replaced: Conversation | undefined,
): Conversation | undefined {
  const [read, setRead] = useState<Conversation>();
  const [latest, setLatest] = useState(listed);
  if (listed && listed !== latest) setLatest(listed);
  const isListed = listed !== undefined;

  useEffect(() => {
    if (isListed) return undefined;
    const abort = new AbortController();
    client
      .getConversation(id, { messages: 0 }, { signal: abort.signal })
      .then(setRead)
      // The messages say why it cannot be read.
      .catch(() => undefined);
    return () => abort.abort();
  }, [client, id, isListed]);
  return listed ?? newer(newer(replaced, read), latest);
}

function newer(
  one: Conversation | undefined,
  other: Conversation | undefined,
): Conversation | undefined {
  if (!one || !other) return one ?? other;
  return one.updatedAt < other.updatedAt ? other : one;
}
