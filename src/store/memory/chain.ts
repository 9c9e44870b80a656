/** The membership of an item in a {@link Chain}. An item has one link for each chain that it may be in. */
export class Link<Item> {
  before: Link<Item> | undefined;
  after: Link<Item> | undefined;

  constructor(readonly item: Item) {}
}

/**
 * Items in the order in which they were put at the end. Every step takes constant time. A Map has an
 * order too, but it finds its first entry slowly after many were deleted.
 */
export class Chain<Item> {
  private firstLink: Link<Item> | undefined;
  private lastLink: Link<Item> | undefined;

  get first(): Item | undefined {
    return this.firstLink?.item;
  }

  /** Adds a link, or moves it. */
  putLast(link: Link<Item>): void {
    if (link === this.lastLink) return;
    this.remove(link);
    link.before = this.lastLink;
    if (this.lastLink) this.lastLink.after = link;
    else this.firstLink = link;
    this.lastLink = link;
  }

  /** Does nothing for a link that is in no chain. */
  remove(link: Link<Item>): void {
    const { before, after } = link;
    if (before) before.after = after;
    else if (this.firstLink === link) this.firstLink = after;
    if (after) after.before = before;
    else if (this.lastLink === link) this.lastLink = before;
    link.before = undefined;
    link.after = undefined;
  }
}
