import type { Session } from '../session/session';
import { MessageBox } from './message-box';
import { OpenConversation } from './open-conversation';

/** The conversations that were opened on this page, so that a switch to another one loses nothing that is only here. */
export class OpenConversations {
  /** The box of a conversation that is not begun. */
  readonly newBox = new MessageBox();
  /** Called when one of them has changed in the store. */
  onChange: () => void = () => undefined;
  private readonly byId = new Map<string, OpenConversation>();

  constructor(private readonly session: Session) {}

  of(id: string): OpenConversation {
    const known = this.byId.get(id);
    if (known) return known;
    const conversation = new OpenConversation(this.session, id, () => this.onChange());
    this.byId.set(id, conversation);
    return conversation;
  }
}
