import type { FastifyRequest } from 'fastify';
import type { BodyCount, BodyCounter, Refusable } from '../http/body-reader.js';
import { ByteAccount, ByteBudget } from './byte-budget.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of its body, if it has one. */
    bodyCount: CountedBody | null;
  }
}

/** A process holds the bodies of so many requests of the largest size at least. */
const LARGEST_BODIES = 4;

/** The bodies of one owner. */
export class BodyAccount extends ByteAccount {
  /** Bodies that have begun, and whose requests have not ended. */
  bodies = 0;
}

/**
 * A bound on the bytes of bodies that have arrived, whatever was announced, until their requests end.
 * When it is reached, an owner within its share gets room at the cost of the owner that has the most.
 */
export class BodyBytes implements BodyCounter {
  private readonly budget: ByteBudget;
  /** What these have may be taken from them. Most bodies arrive whole, and are never among these. */
  private readonly arriving = new Set<CountedBody>();
  /** For preflights, which have no owner. */
  private readonly ownerless = new BodyAccount();

  constructor(limit: number, bodyLimit: number) {
    this.budget = new ByteBudget(Math.max(limit, LARGEST_BODIES * bodyLimit));
  }

  get limit(): number {
    return this.budget.limit;
  }

  get total(): number {
    return this.budget.total;
  }

  begin(request: FastifyRequest, reader: Refusable): BodyCount {
    const account = request.share?.bodies ?? this.ownerless;
    return (request.bodyCount = new CountedBody(this, account, reader));
  }

  take(account: ByteAccount, bytes: number): boolean {
    if (!this.budget.hasRoom(account, bytes) && !this.makeRoom(account, bytes)) return false;
    this.budget.add(account, bytes);
    return true;
  }

  giveBack(account: ByteAccount, bytes: number): void {
    this.budget.add(account, -bytes);
  }

  addArriving(body: CountedBody): void {
    this.arriving.add(body);
  }

  removeArriving(body: CountedBody): void {
    this.arriving.delete(body);
  }

  /** Refuses bodies of others that are still on their way. */
  private makeRoom(account: ByteAccount, bytes: number): boolean {
    if (!this.budget.isWithinShare(account, bytes)) return false;
    while (!this.budget.hasRoom(account, bytes)) {
      const victim = this.findVictim(account.bytes + bytes);
      if (!victim) return false;
      victim.reader.refuse();
    }
    return true;
  }

  /** The latest body of the owner that has the most, and more than this. */
  private findVictim(most: number): CountedBody | undefined {
    let victim: CountedBody | undefined;
    for (const body of this.arriving) {
      if (body.account.bytes <= most) continue;
      most = body.account.bytes - 1;
      victim = body;
    }
    return victim;
  }
}

/** The bytes of one body, which count for its owner. */
export class CountedBody implements BodyCount {
  private size = 0;
  private isArriving = false;
  private isReleased = false;

  constructor(
    private readonly bodies: BodyBytes,
    readonly account: BodyAccount,
    readonly reader: Refusable,
  ) {
    account.bodies++;
  }

  get bytes(): number {
    return this.size;
  }

  add(bytes: number, isLast: boolean): boolean {
    if (!this.bodies.take(this.account, bytes)) return false;
    this.size += bytes;
    if (!isLast && !this.isArriving) {
      this.isArriving = true;
      this.bodies.addArriving(this);
    }
    return true;
  }

  complete(): void {
    if (!this.isArriving) return;
    this.isArriving = false;
    this.bodies.removeArriving(this);
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.complete();
    this.account.bodies--;
    this.bodies.giveBack(this.account, this.size);
  }
}
