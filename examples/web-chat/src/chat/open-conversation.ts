import { Chat } from '@ai-sdk/react';
import { problemOf, type ProblemError } from '@conversation-store/client';
import type { StoredPlace, StoredUIMessage } from '@conversation-store/client/ai';
import { lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai';
import type { Session } from '../session/session';
import { EMPTY_DRAFT, toParts, type Draft } from './draft';
import { MessageBox } from './message-box';

/** One conversation on the page: `useChat`'s state of it, and how it stays in step with the store. */
export class OpenConversation {
  readonly chat: Chat<StoredUIMessage>;
  /** Whether there are messages before the first one that is shown. */
  hasOlder = false;
  readonly box = new MessageBox();
  private leafSeq: number | undefined;
  /** What the store has was not shown, since the user had gone on by then. */
  private isBehind = false;
  private catchingUp: Promise<void> | undefined;
  /** What a message was first shown as, by its seq: the user's get another id when they are loaded. */
  private readonly keys = new Map<number, string>();

  constructor(
    private readonly session: Session,
    readonly id: string,
    /** Called when the conversation has changed in the store. */
    private readonly onChange: () => void,
  ) {
    this.chat = new Chat({
      id,
      transport: session.transport,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
      onError: (error) => void this.settle(error),
      onFinish: ({ isAbort, isError }) => {
        onChange();
        // What was stopped is stored up to there. After an error, the last message may be nowhere but here.
        if (isAbort || (this.isBehind && !isError)) void this.load().catch(() => undefined);
      },
    });
  }

  /** A reply is on its way. */
  get isBusy(): boolean {
    return this.chat.status === 'submitted' || this.chat.status === 'streaming';
  }

  /** Nothing is on its way, and nothing of what is shown waits for an answer of the user's. */
  get isIdle(): boolean {
    return this.chat.status === 'ready';
  }

  /** Where a message is stored; undefined while that is not known. */
  placeOf({ id, metadata }: StoredUIMessage): StoredPlace | undefined {
    return this.session.transport.placeOf(this.id, id) ?? metadata?.conversationStore;
  }

  /** The same for a message of the user before and after it is loaded, so that it stays what it is on the page. */
  keyOf(message: StoredUIMessage): string {
    const seq = this.placeOf(message)?.seq;
    if (seq === undefined) return message.id;
    const key = this.keys.get(seq) ?? message.id;
    this.keys.set(seq, key);
    return key;
  }

  /**
   * As {@link refresh}, but what is shown stays as it is when nothing was stored since. Called again meanwhile, it waits for
   * the same answer.
   * @throws ProblemError
   */
  async catchUp(): Promise<void> {
    // After an error, the last message may be nowhere but here.
    if (!this.isIdle) return;
    this.catchingUp ??= this.refresh({ onlyNews: true }).finally(() => {
      this.catchingUp = undefined;
    });
    await this.catchingUp;
  }

  /** Shows what is stored, and goes on with the reply that is being written, if there is one. @throws ProblemError */
  async refresh({ onlyNews = false } = {}): Promise<void> {
    await this.load(onlyNews);
    // What the user has sent meanwhile has a stream of its own, or an error that is to be seen.
    if (!this.isBehind) await this.chat.resumeStream();
  }

  /** Shows the page of messages before the first one. @throws ProblemError */
  async loadOlder(): Promise<void> {
    const first = this.chat.messages[0];
    const before = first && this.placeOf(first)?.seq;
    if (before === undefined) return;
    const older = await this.session.transport.load(this.id, { before, leaf: this.leafSeq });
    const [nowFirst] = this.chat.messages;
    // Meanwhile others may be shown, which these do not lead to.
    if (!nowFirst || this.placeOf(nowFirst)?.seq !== before) return;
    this.hasOlder = older.hasMore;
    this.chat.messages = [...older.messages, ...this.chat.messages];
  }

  /**
   * Sends a message. Resolves at the end of the reply; or to what the service had against the message, which is back in the
   * box then.
   */
  async send(draft: Draft): Promise<ProblemError | undefined> {
    this.box.write(EMPTY_DRAFT);
    await this.chat.sendMessage({ parts: toParts(draft) });
    const problem = problemOf(this.chat.error);
    if (!problem || !this.isRefused(problem)) return undefined;
    this.chat.messages = this.chat.messages.slice(0, -1);
    this.chat.clearError();
    this.box.takeBack(draft, problem);
    return problem;
  }

  /** Sends another text of a message of the user. */
  async edit(messageId: string, draft: Draft): Promise<void> {
    await this.chat.sendMessage({ parts: toParts(draft), messageId });
  }

  /** Another answer, in place of one. */
  async answerAgain(messageId: string): Promise<void> {
    await this.chat.regenerate({ messageId });
  }

  /** After an error: sends the message again, under its own key, or goes on where it is stored. */
  async retry(): Promise<void> {
    // A message of the user that is the last one has no answer, and may not have reached the service.
    if (this.chat.lastMessage?.role === 'user') await this.chat.regenerate();
    else await this.refresh();
  }

  /** @throws ProblemError */
  async stop(): Promise<void> {
    // Before its first event nothing of the reply is there to be shown.
    if (this.chat.status === 'submitted') await this.chat.stop();
    else await this.session.transport.cancelTurn(this.id);
  }

  /** The conversation is shown. */
  stay(): void {
    this.session.transport.stay(this.id);
  }

  /**
   * The conversation is no longer shown: closes the connection, when the message is with the service. The reply is written to
   * its end, and shown when the conversation is opened again.
   */
  leave(): void {
    this.session.transport.leave(this.id);
  }

  async approve(approvalId: string, approved: boolean): Promise<void> {
    await this.chat.addToolApprovalResponse({ id: approvalId, approved });
  }

  /** Shows another one of the siblings of a message, with what follows it. @throws ProblemError */
  async showSibling(seq: number): Promise<void> {
    await this.session.client.selectBranch(this.id, seq);
    await this.load();
    this.onChange();
  }

  /**
   * @param onlyNews leaves what is shown as it is when it ends where the branch in the store ends
   * @throws ProblemError
   */
  private async load(onlyNews = false): Promise<void> {
    const lastId = this.chat.lastMessage?.id;
    const isWhole = this.leafSeq !== undefined && !this.isBehind;
    const { messages, hasMore, leafSeq } = await this.session.transport.load(this.id);
    const last = this.chat.lastMessage;
    // The user may have sent a message meanwhile, which is not among these.
    this.isBehind = this.isBusy || last?.id !== lastId;
    if (this.isBehind) return;
    if (onlyNews && isWhole && last && this.placeOf(last)?.seq === leafSeq) return;
    const earlier = this.shownBefore(messages[0]);
    if (earlier.length === 0) this.hasOlder = hasMore;
    this.leafSeq = leafSeq;
    this.chat.messages = [...earlier, ...messages];
  }

  /** What is shown of the branch before a message, with the pages that the reader has loaded. */
  private shownBefore(message: StoredUIMessage | undefined): StoredUIMessage[] {
    const parentSeq = message && this.placeOf(message)?.parentSeq;
    const shown = this.chat.messages;
    const isParent = (each: StoredUIMessage): boolean => this.placeOf(each)?.seq === parentSeq;
    return parentSeq === undefined ? [] : shown.slice(0, shown.findIndex(isParent) + 1);
  }

  /** Whether the service will not take the last message as it is. */
  private isRefused(problem: ProblemError): boolean {
    // Behind the start of a reply, it is stored. So it may be when the service has not answered every attempt to send it.
    if (this.chat.lastMessage?.role !== 'user' || !problem.isRefusal) return false;
    // Without this one, the next look at the store would replace a message before it that may be nowhere but here.
    const before = this.chat.messages.at(-2);
    if (before?.role === 'user' && this.placeOf(before) === undefined) return false;
    // What the service can take later stays, to be sent again under its own key.
    return problem.status !== 503;
  }

  /** Nothing of a turn that has failed is stored but the user's message: show as much. */
  private async settle(error: Error): Promise<void> {
    if (problemOf(error)?.slug === 'turn-failed') await this.load().catch(() => undefined);
  }
}
