import type { Conversation } from '@conversation-store/client';
import { useEffect, useState, type ReactElement } from 'react';
import { BrokenPane } from '../chat/broken-pane';
import { ConversationPane } from '../chat/conversation-pane';
import { NewConversation } from '../chat/new-conversation';
import { OpenConversations } from '../chat/open-conversations';
import { EMPTY_DRAFT, type Draft } from '../chat/draft';
import { ConversationList } from '../conversations/conversation-list';
import { RenameDialog } from '../conversations/rename-dialog';
import { UndoToast } from '../conversations/undo-toast';
import { useConversations } from '../conversations/use-conversations';
import { useConversationActions } from '../conversations/use-conversation-actions';
import { ErrorBoundary } from '../message/error-boundary';
import type { Session } from '../session/session';
import { Sidebar } from './sidebar';
import { addressed, useAddress } from './use-address';
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
  const [opened] = useState(() => new OpenConversations(session));
  const isNarrow = useMedia('(max-width: 759px)');
  const [isListOpen, setListOpen] = useState(false);
  const actions = useConversationActions(session.client, conversations, id, go);

  useEffect(() => {
    opened.onChange = () => void reload();
  }, [opened, reload]);

  const begin = async (draft: Draft, idempotencyKey: string): Promise<void> => {
    const title = titleOf(draft.text);
    const created = await session.client.createConversation({ title }, { idempotencyKey });
    void sendFirst(created, draft);
    // Meanwhile the user may have opened another one.
    if (addressed() === undefined) {
      go(created.id);
      conversations.show('active');
    }
    conversations.replace(created);
  };
  const sendFirst = async ({ id, version }: Conversation, draft: Draft): Promise<void> => {
    const conversation = opened.of(id);
    const refusal = await conversation.send(draft);
    if (!refusal) return;
    // The conversation is empty: it goes, and what was written for it is for the next one.
    opened.newBox.takeBack(conversation.box.read().draft, refusal);
    conversation.box.write(EMPTY_DRAFT);
    conversations.setHidden(id, true);
    if (addressed() === id) go(undefined);
    try {
      await session.client.deleteConversation(id, { ifVersion: version });
    } catch {
      // Another tab may have written to it.
      conversations.setHidden(id, false);
      await reload();
    }
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
      <ErrorBoundary of={id} fallback={<BrokenPane onOpenList={openList} />}>
        {id !== undefined ? (
          <ConversationPane
            key={id}
            session={session}
            conversation={opened.of(id)}
            listed={conversations.list.find((conversation) => conversation.id === id)}
            replaced={conversations.replaced(id)}
            actions={actions}
            onOpenList={openList}
            onSignOut={onSignOut}
          />
        ) : (
          <NewConversation
            opened={opened}
            onBegin={begin}
            onOpenList={openList}
            onSignOut={onSignOut}
          />
        )}
      </ErrorBoundary>
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
