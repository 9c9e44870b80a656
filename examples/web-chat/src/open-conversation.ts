import { Chat } from '@ai-sdk/react';
import type { ChatMessage } from './chat-message';
import { createTransport } from './chat-transport';
import type { ConversationsApi } from './conversations-api';
import { ProblemError } from './problem';

/** One conversation on the page: `useChat`'s state of it, and how it keeps in step with the store. */
export class OpenConversation {
  readonly chat: Chat<ChatMessage>;
  /** Whether the last message may be unknown to the service. */
  private isUnsent = false;

  constructor(
    private readonly api: ConversationsApi,
    readonly id: string,
    /** Called when the conversation has changed in the store. */
    onChange: () => void,
  ) {
    const transport = createTransport(api, id);
    this.chat = new Chat({
      id,
      transport: {
        resumeStreamIsReplay: transport.resumeStreamIsReplay,
        sendMessages: (options) => transport.sendMessages(options),
        reconnectToStream: async (options) => {
          const stream = await transport.reconnectToStream(options);
          // Nothing runs: a reply may have ended since the messages were read.
          if (!stream) await this.load();
          return stream;
        },
      },
      onError: (error) => void this.settle(error),
      onFinish: ({ isError }) => {
        if (!isError) this.isUnsent = false;
        onChange();
      },
    });
  }

  /** A reply is on its way. */
  get isBusy(): boolean {
    return this.chat.status === 'submitted' || this.chat.status === 'streaming';
  }

  /** The reply has a turn that is known: from its first event on, before its first word. */
  get canStop(): boolean {
    return this.isBusy && this.turnId !== undefined;
  }

  /** Nothing is on its way, and nothing of what is shown waits for an answer of the user's. */
  get isIdle(): boolean {
    return this.chat.status === 'ready';
  }

  /** Shows what is stored, and goes on with the reply that is being written, if there is one. */
  async refresh(): Promise<void> {
    await this.load();
    await this.chat.resumeStream();
  }

  /** Resolves at the end of the reply, to what the service had against the message, if anything. */
  async send(text: string): Promise<ProblemError | undefined> {
    this.isUnsent = true;
    await this.chat.sendMessage({ parts: [{ type: 'text', text }] });
    return this.chat.error instanceof ProblemError ? this.chat.error : undefined;
  }

  /** After an error: sends the message again, under its own key, or goes on where it is stored. */
  async retry(): Promise<void> {
    if (this.isUnsent) await this.chat.regenerate();
    else await this.refresh();
  }

  /** After a turn that has failed: its message is stored, so this is a new one with the same words. */
  async askAgain(): Promise<void> {
    const parts = this.chat.messages.findLast(({ role }) => role === 'user')?.parts ?? [];
    this.isUnsent = true;
    await this.chat.sendMessage({ parts });
  }

  /** `useChat`'s own `stop` closes the connection alone, and the reply would be written to its end. */
  async stop(): Promise<void> {
    if (this.turnId !== undefined) await this.api.cancelTurn(this.id, this.turnId);
  }

  private get turnId(): string | undefined {
    return this.chat.lastMessage?.metadata?.turnId;
  }

  /** @throws ProblemError */
  private async load(): Promise<void> {
    const { messages } = await this.api.read(this.id);
    this.isUnsent = false;
    this.chat.messages = messages;
  }

  /** Nothing of a turn that has failed is stored but the user's message: show as much. */
  private async settle(error: Error): Promise<void> {
    const isFailedTurn = !(error instanceof ProblemError || error instanceof TypeError);
    if (isFailedTurn) await this.load().catch(() => undefined);
  }
}
