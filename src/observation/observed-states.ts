/** What parts of the process say of themselves when somebody asks, as metrics do at each scrape. Nothing asks otherwise. */
export class ObservedStates<State> {
  private readonly sources = new Set<() => State>();

  /**
   * From now on, this part of the process is asked, too.
   * @returns ends that
   */
  add(source: () => State): () => void {
    this.sources.add(source);
    return () => void this.sources.delete(source);
  }

  /** One state of each part. */
  read(): State[] {
    return [...this.sources].map((source) => source());
  }
}
