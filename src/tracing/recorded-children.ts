import type { Span } from '@opentelemetry/api';

/** An export of a long list, or a turn that polls, must not become a trace of thousands of spans. */
const MAX_CHILDREN = 100;

const UNRECORDED = 'conversation_store.unrecorded_operations';

interface Counts {
  recorded: number;
  unrecorded: number;
}

/** Counts the operations in each span, of which it records the first hundred. The span says how many more there were. */
export class RecordedChildren {
  private readonly counts = new WeakMap<Span, Counts>();

  /** Whether the next child of a span is recorded. */
  admit(parent: Span): boolean {
    const counts = this.countsOf(parent);
    if (counts.recorded < MAX_CHILDREN) {
      counts.recorded++;
      return true;
    }
    counts.unrecorded++;
    return false;
  }

  /** Ends a span that may have had children. */
  end(span: Span): void {
    const unrecorded = this.counts.get(span)?.unrecorded ?? 0;
    if (unrecorded > 0) span.setAttribute(UNRECORDED, unrecorded);
    span.end();
  }

  private countsOf(span: Span): Counts {
    let counts = this.counts.get(span);
    if (!counts) {
      counts = { recorded: 0, unrecorded: 0 };
      this.counts.set(span, counts);
    }
    return counts;
  }
}
