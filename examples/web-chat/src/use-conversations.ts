import { useCallback, useEffect, useState } from 'react';
import type { Conversation, ConversationsApi } from './conversations-api';
import { ProblemError } from './problem';

export interface Conversations {
  readonly list: readonly Conversation[];
  readonly hasMore: boolean;
  readonly problem: ProblemError | undefined;
  /** Reads the first page again. */
  readonly reload: () => Promise<void>;
  /** Reads one page more. */
  readonly more: () => Promise<void>;
}

/** The user's conversations, a page at a time. */
export function useConversations(api: ConversationsApi): Conversations {
  const [list, setList] = useState<readonly Conversation[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<ProblemError>();

  const read = useCallback(
    async (after?: string) => {
      try {
        const { data, nextCursor } = await api.list(after);
        setList((list) => (after === undefined ? data : withoutDoubles([...list, ...data])));
        setCursor(nextCursor);
        setProblem(undefined);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        setProblem(error);
      }
    },
    [api],
  );
  useEffect(() => void read(), [read]);

  return {
    list,
    hasMore: cursor !== null,
    problem,
    reload: useCallback(() => read(), [read]),
    more: () => read(cursor ?? undefined),
  };
}

/** One that was written to between two pages has moved to the top, and is on both. */
function withoutDoubles(list: readonly Conversation[]): readonly Conversation[] {
  return [...new Map(list.map((conversation) => [conversation.id, conversation])).values()];
}
