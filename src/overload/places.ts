/**
 * Of each, a turn of the event loop has so many: some milliseconds of work, so that what comes in the
 * meantime is soon looked at, and refusals for less than a quarter of what that work takes.
 */
const BEGUN_PER_TURN = 16;
const REFUSED_PER_TURN = 16;

/** Refusals that wait for their turn. Whatever is more is not worth the memory. */
const REFUSALS_WAITING = 4_096;

type Step = () => void;

/**
 * Places for requests that are worked on: so many, and no more.
 *
 * What comes at once is not done at once. Node accepts one connection in a turn of its event loop,
 * and reads no request before the turn is over: were a hundred requests begun in one, a probe would
 * wait for them all. Refusals wait too when there are very many: clients that ask again as soon as
 * they are refused would otherwise leave no time for those that were let in.
 */
export class Places {
  private taken = 0;
  private readonly begun = new Paced(BEGUN_PER_TURN);
  private readonly refused = new Paced(REFUSED_PER_TURN);
  private isTurning = false;

  constructor(private readonly limit: number) {}

  get areFull(): boolean {
    return this.taken >= this.limit;
  }

  /** Takes a place, and begins now or, in the order of coming, in one of the next turns. */
  take(begin: Step): void {
    this.taken++;
    this.begun.add(begin);
    this.turn();
  }

  giveBack(): void {
    this.taken--;
  }

  /** Answers whoever got no place, now or in one of the next turns. */
  refuse(answer: Step): void {
    if (this.refused.waiting < REFUSALS_WAITING) this.refused.add(answer);
    else answer();
    this.turn();
  }

  private turn(): void {
    if (this.isTurning) return;
    this.isTurning = true;
    setImmediate(() => {
      this.isTurning = false;
      const isOver = [this.begun.next(), this.refused.next()].every((done) => done === 0);
      if (!isOver) this.turn();
    });
  }
}

/** Steps of which so many are taken in a turn, and the others in the next. */
class Paced {
  private taken = 0;
  private readonly queue: Step[] = [];

  constructor(private readonly perTurn: number) {}

  get waiting(): number {
    return this.queue.length;
  }

  add(step: Step): void {
    if (this.taken >= this.perTurn) {
      this.queue.push(step);
      return;
    }
    this.taken++;
    step();
  }

  /** Begins a turn with what waited for it. Returns how many steps that were. */
  next(): number {
    this.taken = 0;
    const steps = this.queue.splice(0, this.perTurn);
    this.taken = steps.length;
    for (const step of steps) step();
    return steps.length;
  }
}
