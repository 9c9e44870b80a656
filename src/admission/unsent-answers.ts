import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ByteAccount, ByteBudget } from './byte-budget.js';

/** Milliseconds between two samples of all answers. */
const SAMPLE_MS = 250;

/** Milliseconds for which a sample of the answers of one owner holds. */
const FRESH_MS = 50;

interface Answer {
  readonly socket: Socket;
  bytes: number;
}

/** The answers that one owner has not taken. */
export class UnsentAccount extends ByteAccount {
  readonly answers = new Set<Answer>();
  sampledAt = -Infinity;
}

/**
 * A bound on the bytes of answers that clients have not taken. Node knows them for each socket. They
 * are sampled, because an answer that is taken at once must not cost more than that.
 */
export class UnsentAnswers {
  private readonly budget: ByteBudget;
  /** Those of owners that have answers on their way. */
  private readonly accounts = new Set<UnsentAccount>();
  private sampling: NodeJS.Timeout | undefined;

  constructor(limit: number) {
    this.budget = new ByteBudget(limit);
  }

  get limit(): number {
    return this.budget.limit;
  }

  get total(): number {
    return this.budget.total;
  }

  /** Whether no answer is on its way that is worth counting. */
  get isEmpty(): boolean {
    return this.accounts.size === 0;
  }

  /** Counts an answer until its client has taken it. `bytes` is what is about to be sent, 0 for a stream. */
  add(account: UnsentAccount, response: ServerResponse, bytes: number): void {
    const { socket } = response;
    if (!socket || response.destroyed) return;
    if (account.answers.size === 0) this.begin(account);
    const answer = { socket, bytes: 0 };
    account.answers.add(answer);
    this.count(account, answer, bytes);
    response.once('close', () => this.remove(account, answer));
  }

  /**
   * Whether this owner has to take answers before it asks for more. Whoever takes its answers is never
   * over the bound.
   */
  isOverBound(account: UnsentAccount): boolean {
    if (account.answers.size === 0) return false;
    const now = performance.now();
    if (now - account.sampledAt >= FRESH_MS) this.sample(account, now);
    if (!this.budget.isOver(account)) return false;
    // Others may have taken theirs.
    this.sampleAll();
    return this.budget.isOver(account);
  }

  private begin(account: UnsentAccount): void {
    account.sampledAt = performance.now();
    this.accounts.add(account);
    this.sampling ??= setInterval(() => this.sampleOrEnd(), SAMPLE_MS).unref();
  }

  private remove(account: UnsentAccount, answer: Answer): void {
    this.count(account, answer, 0);
    account.answers.delete(answer);
    if (account.answers.size === 0) this.accounts.delete(account);
  }

  /** It ends here, so that a single answer does not start and end it. */
  private sampleOrEnd(): void {
    this.sampleAll();
    if (this.accounts.size > 0) return;
    clearInterval(this.sampling);
    this.sampling = undefined;
  }

  private sampleAll(): void {
    const now = performance.now();
    for (const account of this.accounts) this.sample(account, now);
  }

  private sample(account: UnsentAccount, now: number): void {
    account.sampledAt = now;
    for (const answer of account.answers) this.count(account, answer, answer.socket.writableLength);
  }

  private count(account: UnsentAccount, answer: Answer, bytes: number): void {
    this.budget.add(account, bytes - answer.bytes);
    answer.bytes = bytes;
  }
}
