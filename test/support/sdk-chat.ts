import type * as v6 from 'ai-v6';
import type { ConversationStoreTransport } from '@conversation-store/client/ai';

/** The AI SDK, in the types of its version 6: what is used here is the same in 7. */
export type Sdk = typeof v6;

type UIMessage = v6.UIMessage;

/** What `useChat` is over: a chat of the AI SDK on one conversation. */
export function openChat(
  sdk: Sdk,
  transport: ConversationStoreTransport,
  conversationId: string,
  options: Omit<v6.ChatInit<UIMessage>, 'transport' | 'id'> = {},
): SdkChat {
  const state = new PlainState(options.messages ?? []);
  const Chat = class extends sdk.AbstractChat<UIMessage> {};
  const chat = new Chat({
    ...options,
    id: conversationId,
    transport: transport as unknown as v6.ChatTransport<UIMessage>,
    state,
  });
  return Object.assign(chat, { errors: state.errors });
}

export type SdkChat = v6.AbstractChat<UIMessage> & { readonly errors: readonly unknown[] };

/** What React would hold. */
class PlainState implements v6.ChatState<UIMessage> {
  readonly errors: unknown[] = [];
  status: v6.ChatStatus = 'ready';
  private latest: Error | undefined;

  constructor(public messages: UIMessage[]) {}

  get error(): Error | undefined {
    return this.latest;
  }

  set error(error: Error | undefined) {
    this.latest = error;
    if (error) this.errors.push(error);
  }

  pushMessage = (message: UIMessage): void => {
    this.messages = [...this.messages, message];
  };

  popMessage = (): void => {
    this.messages = this.messages.slice(0, -1);
  };

  replaceMessage = (index: number, message: UIMessage): void => {
    this.messages = this.messages.with(index, structuredClone(message));
  };

  snapshot = <T>(value: T): T => structuredClone(value);
}
