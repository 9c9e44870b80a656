import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ByteBudget } from './byte-budget.js';

/** Milliseconds between two samples of all answers. */
const SAMPLE_MS = 250;

/** Milliseconds for which a sample of the answers of one owner holds. */
const FRESH_MS = 50;

interface Answer {
  readonly owner: string;
  readonly socket: Socket;
  bytes: number;
}

interface AnswersOfOwner {
  readonly answers: Set<Answer>;
  sampledAt: number;
}

/**
 * A bound on the bytes of answers that clients have not taken. Node knows them for each socket. They
 * are sampled, because an answer that is taken at once must not cost more than that.
 */
export class UnsentAnswers {
  private readonly budget: ByteBudget;
  private readonly owners = new Map<string, AnswersOfOwner>();
  private sampling: NodeJS.Timeout | undefined;

  constructor(limit: number) {
    this.budget = new ByteBudget(limit);
  }

  get total(): number {
    return this.budget.total;
  }

  /** Whether no answer is on its way that is worth counting. */
  get isEmpty(): boolean {
    return this.owners.size === 0;
  }

  /** Counts an answer until its client has taken it. `bytes` is what is about to be sent, 0 for a stream. */
  add(owner: string, response: ServerResponse, bytes: number): void {
    const { socket } = response;
    if (!socket || response.destroyed) return;
    const ofOwner = this.answersOf(owner);
    const answer = { owner, socket, bytes: 0 };
    ofOwner.answers.add(answer);
    this.count(answer, bytes);
    this.sampling ??= setInterval(() => this.sampleOrEnd(), SAMPLE_MS).unref();
    response.once('close', () => this.remove(answer, ofOwner));
  }

  /**
   * Whether this owner has to take answers before it asks for more. Whoever takes its answers is never
   * over the bound.
   */
  isOverBound(owner: string): boolean {
    const ofOwner = this.owners.get(owner);
    if (!ofOwner) return false;
    const now = performance.now();
    if (now - ofOwner.sampledAt >= FRESH_MS) this.sample(ofOwner, now);
    if (!this.budget.isOver(owner)) return false;
    // Others may have taken theirs.
    this.sampleAll();
    return this.budget.isOver(owner);
  }

  private answersOf(owner: string): AnswersOfOwner {
    let ofOwner = this.owners.get(owner);
    if (!ofOwner) {
      ofOwner = { answers: new Set(), sampledAt: performance.now() };
      this.owners.set(owner, ofOwner);
    }
    return ofOwner;
  }

  private remove(answer: Answer, { answers }: AnswersOfOwner): void {
    this.count(answer, 0);
    answers.delete(answer);
    if (answers.size === 0) this.owners.delete(answer.owner);
  }

  /** It ends here, so that a single answer does not start and end it. */
  private sampleOrEnd(): void {
    this.sampleAll();
    if (this.owners.size > 0) return;
    clearInterval(this.sampling);
    this.sampling = undefined;
  }

  private sampleAll(): void {
    const now = performance.now();
    for (const ofOwner of this.owners.values()) this.sample(ofOwner, now);
  }

  private sample(ofOwner: AnswersOfOwner, now: number): void {
    ofOwner.sampledAt = now;
    for (const answer of ofOwner.answers) this.count(answer, answer.socket.writableLength);
  }

  private count(answer: Answer, bytes: number): void {
    this.budget.add(answer.owner, bytes - answer.bytes);
    answer.bytes = bytes;
  }
}
