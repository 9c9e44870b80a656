import { useCallback, useMemo, useState, type ReactElement } from 'react';
import { ConversationList } from './conversation-list';
import { ConversationPane } from './conversation-pane';
import type { ConversationsApi } from './conversations-api';
import { NewConversation } from './new-conversation';
import { OpenConversation } from './open-conversation';
import { useAddress } from './use-address';
import { useConversations } from './use-conversations';

interface ConversationsPageProps {
  readonly api: ConversationsApi;
  readonly onSignOut: () => void;
}

/** The list, and beside it the conversation that the address names, or a new one. */
export function ConversationsPage({ api, onSignOut }: ConversationsPageProps): ReactElement {
  const conversations = useConversations(api);
  const { list, reload } = conversations;
  const [id, go] = useAddress();
  const [begun, setBegun] = useState<OpenConversation>();

  const openOne = useCallback(
    (id: string) => new OpenConversation(api, id, () => void reload()),
    [api, reload],
  );
  const open = useMemo(
    () => (id === undefined || begun?.id === id ? begun : openOne(id)),
    [id, begun, openOne],
  );

  const begin = async (text: string, idempotencyKey: string): Promise<void> => {
    const { id } = await api.create(titleOf(text), idempotencyKey);
    const conversation = openOne(id);
    setBegun(conversation);
    go(id);
    void reload();
    await conversation.send(text);
  };
  return (
    <div className="page">
      <ConversationList
        conversations={conversations}
        openId={id}
        onOpen={go}
        onSignOut={onSignOut}
      />
      {id !== undefined && open ? (
        <ConversationPane
          key={id}
          conversation={open}
          title={list.find((conversation) => conversation.id === id)?.title}
        />
      ) : (
        <NewConversation onBegin={begin} />
      )}
    </div>
  );
}

/** Characters of the first message that name a conversation. */
const MAX_TITLE = 60;

/** Cut between characters: half a surrogate pair is refused. */
function titleOf(text: string): string {
  return Array.from(text).slice(0, MAX_TITLE).join('');
}
