import type * as v6 from 'ai-v6';
import { CONVERSATIONS, type ApiClient, type MessageBody } from './api-client.js';

/** The AI SDK, in the types of its version 6: what is used here is the same in 7. */
export type Sdk = typeof v6;

type UIMessage = v6.UIMessage;

/** What a page sends: a chat of the AI SDK on one conversation, with as little around it as a page needs. */
export function openChat(
  sdk: Sdk,
  client: ApiClient,
  conversationId: string,
  options: Pick<v6.ChatInit<UIMessage>, 'sendAutomaticallyWhen'> = {},
): SdkChat {
  const path = `${CONVERSATIONS}/${conversationId}`;

  async function stored(): Promise<readonly MessageBody[]> {
    return (await client.get(`${path}/messages?limit=200`)).body.data;
  }

  async function toTurn(messages: readonly UIMessage[], trigger: string): Promise<object> {
    const last = messages.at(-1);
    if (last?.role === 'user') {
      if (trigger === 'submit-message') return { message: last };
      const question = (await stored()).findLast(
        ({ id, role }) => id === last.id || role === 'user',
      );
      return { regenerate: question?.seq };
    }
    const waiting = (await stored()).find(({ id }) => id === last?.id);
    const parts = (last?.parts ?? []) as readonly Part[];
    return {
      continue: {
        seq: waiting?.seq,
        toolResults: parts
          .filter(
            ({ toolCallId, state }) =>
              waits(waiting, toolCallId, 'input-available') && state !== 'input-available',
          )
          .map(({ toolCallId, output, errorText }) => ({ toolCallId, output, errorText })),
        approvals: parts
          .filter(({ toolCallId }) => waits(waiting, toolCallId, 'approval-requested'))
          .map(({ approval }) => approval),
      },
    };
  }

  const transport = new sdk.DefaultChatTransport<UIMessage>({
    headers: { Authorization: `Bearer ${client.token}`, Accept: 'text/event-stream' },
    prepareSendMessagesRequest: async ({ messages, trigger }) => ({
      api: `${client.url}${path}/turns`,
      body: await toTurn(messages, trigger),
    }),
  });
  const state = new PlainState();
  const Chat = class extends sdk.AbstractChat<UIMessage> {};
  const chat = new Chat({ id: conversationId, transport, state, ...options });
  return Object.assign(chat, { errors: state.errors });
}

export type SdkChat = v6.AbstractChat<UIMessage> & { readonly errors: readonly unknown[] };

interface Part {
  readonly toolCallId?: string;
  readonly state?: string;
  readonly output?: unknown;
  readonly errorText?: string;
  readonly approval?: unknown;
}

/** Whether the stored message has a call that waits. */
function waits(
  message: MessageBody | undefined,
  toolCallId: string | undefined,
  state: string,
): boolean {
  return (message?.parts ?? []).some(
    (part) =>
      part['toolCallId'] === toolCallId && part['state'] === state && toolCallId !== undefined,
  );
}

/** What React would hold. */
class PlainState implements v6.ChatState<UIMessage> {
  readonly errors: unknown[] = [];
  status: v6.ChatStatus = 'ready';
  messages: UIMessage[] = [];
  private latest: Error | undefined;

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
