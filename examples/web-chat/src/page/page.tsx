import { useCallback, useMemo, useState, type ReactElement } from 'react';
import { ConversationPane } from '../chat/conversation-pane';
import { NewConversation } from '../chat/new-conversation';
import { OpenConversation } from '../chat/open-conversation';
import type { Draft } from '../chat/draft';
import { ConversationList } from '../conversations/conversation-list';
import { RenameDialog } from '../conversations/rename-dialog';
import { UndoToast } from '../conversations/undo-toast';
import { useConversations } from '../conversations/use-conversations';
import { useConversationActions } from '../conversations/use-conversation-actions';
import type { Session } from '../session/session';
import { Sidebar } from './sidebar';
import { useAddress } from './use-address';
import { useMedia } from './use-media';

interface PageProps {
  readonly session: Session;
  readonly onSignOut: () => void;
}

/** The list, and beside it the conversation that the address names, or a new one. */
export function Page({ session, onSignOut }: PageProps): ReactElement {
  const conversations = useConversations(session.client);
  const { reload } = conversations;
  const [id, go] = useAddress();
  const [begun, setBegun] = useState<OpenConversation>();
  const isNarrow = useMedia('(max-width: 759px)');
  const [isListOpen, setListOpen] = useState(false);
  const actions = useConversationActions(session.client, conversations, id, go);

  const openOne = useCallback(
    (id: string) => new OpenConversation(session, id, () => void reload()),
    [session, reload],
  );
  const open = useMemo(
    () => (id === undefined || begun?.id === id ? begun : openOne(id)),
    [id, begun, openOne],
  );

  const begin = async (draft: Draft, idempotencyKey: string): Promise<void> => {
    const title = titleOf(draft.text);
    const created = await session.client.createConversation({ title }, { idempotencyKey });
    const { id } = created;
    const conversation = openOne(id);
    setBegun(conversation);
    go(id);
    conversations.show('active');
    conversations.replace(created);
    await conversation.send(draft);
  };
  const goFromList = (id: string | undefined): void => {
    setListOpen(false);
    go(id);
  };
  // In the list where that is a dialog: nothing else can be reached then.
  const toast = <UndoToast pending={actions.pending} problem={actions.problem} />;
  const openList = isNarrow ? () => setListOpen(true) : undefined;
  return (
    <div className="page">
      <Sidebar isNarrow={isNarrow} isOpen={isListOpen} onClose={() => setListOpen(false)}>
        <ConversationList
          conversations={conversations}
          actions={actions}
          openId={id}
          onOpen={goFromList}
          onSignOut={onSignOut}
          onClose={isNarrow ? () => setListOpen(false) : undefined}
        />
        {isListOpen && toast}
      </Sidebar>
      {id !== undefined && open ? (
        <ConversationPane
          key={id}
          session={session}
          conversation={open}
          listed={conversations.list.find((conversation) => conversation.id === id)}
          actions={actions}
          onOpenList={openList}
        />
      ) : (
        <NewConversation onBegin={begin} onOpenList={openList} />
      )}
      {actions.renaming && <RenameDialog conversation={actions.renaming} actions={actions} />}
      {!isListOpen && toast}
    </div>
  );
}

/** Characters of the first message that name a conversation. */
const MAX_TITLE = 60;

/** Cut between characters: half a surrogate pair is refused. */
function titleOf(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return Array.from(line).slice(0, MAX_TITLE).join('') || 'New conversation';
}
