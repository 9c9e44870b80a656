/**
 * A turn of the event loop begins so many: some milliseconds of work, so that what comes in the
 * meantime is soon looked at.
 */
const BEGUN_PER_TURN = 16;

/** The line has so many for each place. It is soon served: to be in it is better than to come again. */
const LINE_PER_PLACE = 4;
/** Behind the line, so many are kept until they are refused. Whatever is more is not worth the memory. */
const TO_BE_REFUSED = 2_048;

/**
 * So many have their turn every so many milliseconds whether or not a place has come free: of the line
 * a few, so that nobody waits for ever for places that are stuck; of the others, as many as can be
 * refused in a tenth of the time that there is.
 */
const TURNS = 16;
const TURNS_OF_LINE_EVERY_MS = 100;
const REFUSALS_EVERY_MS = 10;

type Step = () => void;

/**
 * Slots for requests that are worked on: so many, and no more; and a line of those that found none.
 *
 * What comes at once is not done at once. Node accepts one connection in a turn of its event loop,
 * and reads no request before the turn is over: were a hundred requests begun in one, a probe would
 * wait for them all. The line is for moments: after a pause of the process, all that came meanwhile
 * comes at once. Those behind it are kept waiting a little before they are refused: clients that ask
 * again at once would leave no time for those that were let in.
 */
export class Slots {
  private taken = 0;
  private readonly begun = new Paced(BEGUN_PER_TURN, (renew) => setImmediate(renew));
  private readonly line = new Line(TURNS_OF_LINE_EVERY_MS);
  private readonly toBeRefused = new Line(REFUSALS_EVERY_MS);

  constructor(private readonly limit: number) {}

  get areAllTaken(): boolean {
    return this.taken >= this.limit;
  }

  /** Takes a place, and begins now or, in the order of coming, in one of the next turns. */
  take(begin: Step): void {
    this.taken++;
    this.begun.add(begin);
  }

  /** The next in line has its turn. */
  release(): void {
    this.taken--;
    this.line.next(1);
  }

  /** Calls back when it is the turn of whoever found no place: by then, there may be one. */
  wait(turn: Step): void {
    if (this.line.length < this.limit * LINE_PER_PLACE) this.line.add(turn);
    else if (this.toBeRefused.length < TO_BE_REFUSED) this.toBeRefused.add(turn);
    else turn();
  }
}

/** Steps that wait for their turn, of which some come every so many milliseconds. */
class Line {
  private readonly steps: Step[] = [];
  private isMoving = false;

  constructor(private readonly everyMs: number) {}

  get length(): number {
    return this.steps.length;
  }

  add(step: Step): void {
    this.steps.push(step);
    this.move();
  }

  next(count: number): void {
    for (let i = 0; i < count; i++) this.steps.shift()?.();
  }

  private move(): void {
    if (this.isMoving || this.steps.length === 0) return;
    this.isMoving = true;
    setTimeout(() => {
      this.isMoving = false;
      this.next(TURNS);
      this.move();
    }, this.everyMs).unref();
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

  add(step: Step): void {
    this.queue.push(step);
    this.allow(0);
  }

  private allow(more: number): void {
    this.allowed = Math.min(this.allowed + more, this.atOnce);
    while (this.allowed > 0 && this.queue.length > 0) {
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
