/** An owner may have such a part of a bound while others need it. */
const SHARE = 1 / 4;

/** An owner that has more than its share leaves this part of the bound to the others. */
const RESERVE = 1 / 4;

/** What one owner has of a bound on bytes. */
export class ByteAccount {
  /** Written by the ByteBudget. */
  bytes = 0;
}

/** A bound on bytes, which the accounts of all owners share. */
export class ByteBudget {
  private readonly share: number;
  private readonly unreserved: number;
  private sum = 0;
  /** Accounts that have bytes. */
  private accounts = 0;

  constructor(readonly limit: number) {
    this.share = limit * SHARE;
    this.unreserved = limit * (1 - RESERVE);
  }

  get total(): number {
    return this.sum;
  }

  /** Whether so many more bytes of this owner stay within its share. */
  isWithinShare({ bytes: has }: ByteAccount, bytes: number): boolean {
    return has + bytes <= this.share;
  }

  hasRoom(account: ByteAccount, bytes: number): boolean {
    const limit = this.isWithinShare(account, bytes) ? this.limit : this.unreserved;
    return this.sum + bytes <= limit;
  }

  /**
   * Whether an owner has too much already. When all owners together have too much, at least one of them
   * has more than an equal part.
   */
  isOver({ bytes }: ByteAccount): boolean {
    if (bytes > this.share) return this.sum > this.unreserved;
    return this.sum > this.limit && bytes > this.limit / this.accounts;
  }

  /** `bytes` is negative for what is not in memory any more. */
  add(account: ByteAccount, bytes: number): void {
    if (bytes === 0) return;
    if (account.bytes === 0) this.accounts++;
    account.bytes += bytes;
    this.sum += bytes;
    if (account.bytes === 0) this.accounts--;
  }
}
