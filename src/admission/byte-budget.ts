/** An owner may have such a part of a bound while others need it. */
const SHARE = 1 / 4;

/** An owner that has more than its share leaves this part of the bound to the others. */
const RESERVE = 1 / 4;

/** A bound on bytes, and what each owner has of it. */
export class ByteBudget {
  private readonly owners = new Map<string, number>();
  private readonly share: number;
  private readonly unreserved: number;
  private sum = 0;

  constructor(private readonly limit: number) {
    this.share = limit * SHARE;
    this.unreserved = limit * (1 - RESERVE);
  }

  get total(): number {
    return this.sum;
  }

  bytesOf(owner: string): number {
    return this.owners.get(owner) ?? 0;
  }

  /** Whether so many more bytes of this owner stay within its share. */
  isWithinShare(owner: string, bytes: number): boolean {
    return this.bytesOf(owner) + bytes <= this.share;
  }

  hasRoom(owner: string, bytes: number): boolean {
    const limit = this.isWithinShare(owner, bytes) ? this.limit : this.unreserved;
    return this.sum + bytes <= limit;
  }

  /**
   * Whether an owner has too much already. When all owners together have too much, at least one of them
   * has more than an equal part.
   */
  isOver(owner: string): boolean {
    const bytes = this.bytesOf(owner);
    if (bytes > this.share) return this.sum > this.unreserved;
    return this.sum > this.limit && bytes > this.limit / this.owners.size;
  }

  /** `bytes` is negative for what is not in memory any more. */
  add(owner: string, bytes: number): void {
    const bytesOfOwner = this.bytesOf(owner) + bytes;
    this.sum += bytes;
    if (bytesOfOwner === 0) this.owners.delete(owner);
    else this.owners.set(owner, bytesOfOwner);
  }
}
