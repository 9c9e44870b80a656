import type { FastifyRequest } from 'fastify';
import type { BodyCount, BodyCounter } from '../http/body-reader.js';
import { ByteBudget } from './byte-budget.js';
import { ownerOf } from './request-owner.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of its body, if it has one. */
    bodyCount: BodyCount | null;
  }
}

/** A process holds the bodies of so many requests of the largest size at least. */
const LARGEST_BODIES = 4;

/**
 * A bound on the bytes of bodies that have arrived, whatever was announced, until their requests end.
 * When it is reached, an owner within its share gets room at the cost of the owner that has the most.
 */
export class BodyBytes implements BodyCounter {
  private readonly budget: ByteBudget;
  private readonly arriving = new Set<CountedBody>();

  constructor(limit: number, bodyLimit: number) {
    this.budget = new ByteBudget(Math.max(limit, LARGEST_BODIES * bodyLimit));
  }

  get total(): number {
    return this.budget.total;
  }

  begin(request: FastifyRequest, refuse: () => void): BodyCount {
    const body = new CountedBody(this, ownerOf(request), refuse);
    this.arriving.add(body);
    request.bodyCount = body;
    return body;
  }

  take(body: CountedBody, bytes: number): boolean {
    if (!this.budget.hasRoom(body.owner, bytes) && !this.makeRoom(body.owner, bytes)) return false;
    this.budget.add(body.owner, bytes);
    return true;
  }

  complete(body: CountedBody): void {
    this.arriving.delete(body);
  }

  release(body: CountedBody): void {
    this.budget.add(body.owner, -body.bytes);
  }

  /** Refuses bodies of others that are still on their way. */
  private makeRoom(owner: string, bytes: number): boolean {
    if (!this.budget.isWithinShare(owner, bytes)) return false;
    while (!this.budget.hasRoom(owner, bytes)) {
      const victim = this.findVictim(this.budget.bytesOf(owner) + bytes);
      if (!victim) return false;
      victim.refuse();
    }
    return true;
  }

  /** The latest body of the owner that has the most, and more than this. */
  private findVictim(most: number): CountedBody | undefined {
    let victim: CountedBody | undefined;
    for (const body of this.arriving) {
      const ofOwner = this.budget.bytesOf(body.owner);
      if (body.bytes === 0 || ofOwner <= most) continue;
      most = ofOwner - 1;
      victim = body;
    }
    return victim;
  }
}

class CountedBody implements BodyCount {
  private size = 0;

  constructor(
    private readonly bodies: BodyBytes,
    readonly owner: string,
    readonly refuse: () => void,
  ) {}

  get bytes(): number {
    return this.size;
  }

  add(bytes: number): boolean {
    if (!this.bodies.take(this, bytes)) return false;
    this.size += bytes;
    return true;
  }

  complete(): void {
    this.bodies.complete(this);
  }

  release(): void {
    if (this.size === 0) return;
    this.bodies.release(this);
    this.size = 0;
  }
}
