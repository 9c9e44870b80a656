import {
  problemOf,
  type Conversation,
  type ConversationClient,
  type ConversationStatus,
  type ProblemError,
} from '@conversation-store/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

export interface Conversations {
  readonly status: ConversationStatus;
  readonly list: readonly Conversation[];
  /** The first page has not come yet. */
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly problem: ProblemError | undefined;
  /** Shows the conversations of a status. */
  readonly show: (status: ConversationStatus) => void;
  /** Reads the first page again, and keeps what was read behind it. */
  readonly reload: () => Promise<void>;
  /** Reads one page more. */
  readonly more: () => Promise<void>;
  /** Takes a conversation as it is now; it leaves the list when it has another status. */
  readonly replace: (conversation: Conversation) => void;
  /** A conversation as it was last taken by {@link replace}: it may be in no list that is shown. */
  readonly replaced: (id: string) => Conversation | undefined;
  /** Leaves a conversation out, or shows it again: one that is to be deleted. */
  readonly setHidden: (id: string, isHidden: boolean) => void;
}

const PAGE = 25;

interface Listed {
  readonly list: readonly Conversation[];
  readonly cursor: string | null;
  readonly isLoading: boolean;
}

const NOTHING: Listed = { list: [], cursor: null, isLoading: true };

/** The user's conversations of one status, a page at a time. */
export function useConversations(client: ConversationClient): Conversations {
  const [status, setStatus] = useState<ConversationStatus>('active');
  const [listed, setListed] = useState(NOTHING);
  const [hidden, setHiddenIds] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<ProblemError>();
  const [changed, setChanged] = useState<ReadonlyMap<string, Conversation>>(new Map());
  const shown = useRef(status);

  const read = useCallback(
    async (cursor?: string) => {
      try {
        const { data, nextCursor } = await client.listConversations({
          status,
          cursor,
          limit: PAGE,
        });
        // The answer to a question that nobody asks any more.
        if (shown.current !== status) return;
        setListed((before) => merge(before, data, nextCursor, cursor !== undefined));
        setProblem(undefined);
      } catch (error) {
        if (shown.current !== status) return;
        setListed((before) => ({ ...before, isLoading: false }));
        setProblem(expectProblem(error));
      }
    },
    [client, status],
  );
  useEffect(() => {
    shown.current = status;
    setListed(NOTHING);
    setProblem(undefined);
    void read();
  }, [status, read]);

  const replace = useCallback((conversation: Conversation) => {
    setChanged((before) => new Map(before).set(conversation.id, conversation));
    const isListed = conversation.status === shown.current;
    setListed((before) => ({
      ...before,
      list: isListed
        ? withOne(before.list, conversation)
        : before.list.filter(({ id }) => id !== conversation.id),
    }));
  }, []);
  const setHidden = useCallback((id: string, isHidden: boolean) => {
    setHiddenIds(
      (before) => new Set(isHidden ? [...before, id] : [...before].filter((it) => it !== id)),
    );
  }, []);
  const { cursor } = listed;
  const list = useMemo(() => listed.list.filter(({ id }) => !hidden.has(id)), [listed, hidden]);
  return {
    status,
    list,
    isLoading: listed.isLoading,
    hasMore: cursor !== null,
    problem,
    show: setStatus,
    reload: useCallback(() => read(), [read]),
    more: useCallback(() => read(cursor ?? undefined), [read, cursor]),
    replace,
    replaced: (id) => changed.get(id),
    setHidden,
  };
}

/** @throws the error, when it is none of the service's */
export function expectProblem(error: unknown): ProblemError {
  const problem = problemOf(error);
  if (!problem) throw error;
  return problem;
}

function merge(
  before: Listed,
  data: readonly Conversation[],
  nextCursor: string | null,
  isLater: boolean,
): Listed {
  if (isLater) {
    return {
      list: withoutDoubles([...before.list, ...data]),
      cursor: nextCursor,
      isLoading: false,
    };
  }
  const hadMore = before.list.length > data.length && nextCursor !== null;
  const list = hadMore ? withoutDoubles([...data, ...before.list]) : data;
  return { list, cursor: hadMore ? before.cursor : nextCursor, isLoading: false };
}

/** One that was written to between two pages has moved to the top, and is on both: the first one is the newer. */
function withoutDoubles(list: readonly Conversation[]): readonly Conversation[] {
  const ids = new Set<string>();
  return list.filter(({ id }) => !ids.has(id) && ids.add(id));
}

/** In its place; or on top, when it comes back to the list. */
function withOne(
  list: readonly Conversation[],
  conversation: Conversation,
): readonly Conversation[] {
  const isThere = list.some(({ id }) => id === conversation.id);
  if (!isThere) return [conversation, ...list];
  return list.map((each) => (each.id === conversation.id ? conversation : each));
}
