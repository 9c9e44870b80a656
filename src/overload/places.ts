/**
 * A turn of the event loop begins so many: some milliseconds of work, so that what comes in the
 * meantime is soon looked at.
 */
const BEGUN_PER_TURN = 16;

/**
 * Of the line, so many have their turn every so many milliseconds, whether or not there is a place for
 * them: they are refused at a tenth of the time that there is, however many there are.
 */
const TURNS_AT_ONCE = 16;
const TURNS_EVERY_MS = 10;

/**
 * Turns for each place that is given back: while nearly all are taken, and when fewer are again. Those
 * who come anew then find the places before those in line do, whose connections would cost more: a
 * thousand of them, served in order, took a sixth of all answers.
 */
const TURNS_WHEN_BUSY = 0.1;
const TURNS_WHEN_EASY = 1;
const EASY_SHARE = 0.75;

/** How long the line may be. To wait behind more would take longer than to come again. */
const LINE = 2_048;

type Step = () => void;

/**
 * Places for requests that are worked on: so many, and no more; and a line of those that found none.
 *
 * What comes at once is not done at once. Node accepts one connection in a turn of its event loop,
 * and reads no request before the turn is over: were a hundred requests begun in one, a probe would
 * wait for them all. The line is for moments: after a pause of the process, all that came meanwhile
 * comes at once. When there is more to do than can be done, it also keeps clients waiting that would
 * ask again as soon as they are refused, and leave no time for those that were let in.
 */
export class Places {
  private taken = 0;
  private readonly begun = new Paced(BEGUN_PER_TURN, (renew) => setImmediate(renew));
  private readonly line = new Paced(TURNS_AT_ONCE, (renew) => {
    setTimeout(renew, TURNS_EVERY_MS).unref();
  });

  constructor(private readonly limit: number) {}

  get areFull(): boolean {
    return this.taken >= this.limit;
  }

  /** Takes a place, and begins now or, in the order of coming, in one of the next turns. */
  take(begin: Step): void {
    this.taken++;
    this.begun.add(begin);
  }

  giveBack(): void {
    this.taken--;
    const isEasy = this.taken < this.limit * EASY_SHARE;
    this.line.allow(isEasy ? TURNS_WHEN_EASY : TURNS_WHEN_BUSY);
  }

  /** Calls back when it is the turn of whoever found no place: a place may have come free. */
  wait(turn: Step): void {
    if (this.line.length < LINE) this.line.add(turn);
    else turn();
  }
}

/** Steps of which so many are taken, and the others, in the order of coming, when more are allowed. */
class Paced {
  private allowed: number;
  private isToBeRenewed = false;
  private readonly queue: Step[] = [];

  /** `later` is told to call back when as many are allowed anew. */
  constructor(
    private readonly atOnce: number,
    private readonly later: (renew: Step) => void,
  ) {
    this.allowed = atOnce;
  }

  get length(): number {
    return this.queue.length;
  }

  add(step: Step): void {
    this.queue.push(step);
    this.allow(0);
  }

  allow(more: number): void {
    this.allowed = Math.min(this.allowed + more, this.atOnce);
    while (this.allowed >= 1 && this.queue.length > 0) {
      this.allowed--;
      (this.queue.shift() as Step)();
    }
    if (this.isToBeRenewed || this.allowed === this.atOnce) return;
    this.isToBeRenewed = true;
    this.later(() => {
      this.isToBeRenewed = false;
      this.allow(this.atOnce);
    });
  }
}
