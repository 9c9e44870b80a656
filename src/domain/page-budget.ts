/**
 * What one page of an answer may hold: as many items as fit into its bytes, but at least one, however
 * large that one is. The bytes are those of the items as they are stored, so an answer has a few more.
 */
export class PageBudget {
  private isEmpty = true;

  constructor(private left: number) {}

  /** Below 0 when an item did not fit, or the first one was larger than a page. */
  get bytesLeft(): number {
    return this.left;
  }

  /** Whether the page has room for the next item. The page ends at the first item that does not fit. */
  admits(bytes: number): boolean {
    this.left -= bytes;
    const isAdmitted = this.isEmpty || this.left >= 0;
    this.isEmpty = false;
    return isAdmitted;
  }
}
