import type { StoredPlace, StoredUIMessage } from '@conversation-store/client/ai';
import type { OpenConversation } from '../chat/open-conversation';
import type { Loading } from '../chat/use-loading';

export interface MessageProps {
  readonly message: StoredUIMessage;
  /** Where it is stored; undefined while that is not known. */
  readonly place: StoredPlace | undefined;
  readonly conversation: OpenConversation;
  readonly loading: Loading;
  /** It is being written. */
  readonly isStreaming: boolean;
  /** This message or another one is being written. */
  readonly isBusy: boolean;
  readonly onSent: () => void;
}
