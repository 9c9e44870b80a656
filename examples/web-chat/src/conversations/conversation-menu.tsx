import type { Conversation } from '@conversation-store/client';
import { Archive, ArchiveRestore, CircleCheck, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { useRef, type ReactElement } from 'react';
import { titleOf } from './title-of';
import type { ConversationActions } from './use-conversation-actions';

interface ConversationMenuProps {
  readonly conversation: Conversation;
  readonly actions: ConversationActions;
}

/** What can be done with a conversation as a whole. */
export function ConversationMenu({ conversation, actions }: ConversationMenuProps): ReactElement {
  const { status } = conversation;
  const willRename = useRef(false);
  const onClosed = (): void => {
    // When the menu has given the focus back, to where the dialog then gives it back.
    if (willRename.current) queueMicrotask(() => actions.startRenaming(conversation));
    willRename.current = false;
  };
  const setStatus = (next: typeof status) => () => actions.setStatus(conversation, next);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="icon-button"
        aria-label={`Actions for ${titleOf(conversation)}`}
      >
        <Ellipsis aria-hidden="true" />
      </DropdownMenu.Trigger>
      {/* Without a portal: the list may lie in a dialog, over which nothing else can lie. */}
      <DropdownMenu.Content
        className="menu"
        align="end"
        sideOffset={4}
        collisionPadding={8}
        onCloseAutoFocus={onClosed}
      >
        <DropdownMenu.Item onSelect={() => (willRename.current = true)}>
          <Pencil aria-hidden="true" /> Rename
        </DropdownMenu.Item>
        {status === 'active' ? (
          <>
            <DropdownMenu.Item onSelect={setStatus('completed')}>
              <CircleCheck aria-hidden="true" /> Mark as completed
            </DropdownMenu.Item>
            <DropdownMenu.Item onSelect={setStatus('archived')}>
              <Archive aria-hidden="true" /> Archive
            </DropdownMenu.Item>
          </>
        ) : (
          <DropdownMenu.Item onSelect={setStatus('active')}>
            <ArchiveRestore aria-hidden="true" /> Make active again
          </DropdownMenu.Item>
        )}
        <DropdownMenu.Separator />
        <DropdownMenu.Item className="danger" onSelect={() => actions.remove(conversation)}>
          <Trash2 aria-hidden="true" /> Delete
        </DropdownMenu.Item>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
