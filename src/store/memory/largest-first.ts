/** A part of a whole. {@link LargestFirst} writes both fields. */
export interface SizedPart {
  bytes: number;
  /** In the heap; -1 outside of it. */
  heapIndex: number;
}

/**
 * Parts of a whole, of which it knows the largest, and the sum. A binary heap: a part that changes its
 * size moves by at most log2(n) steps.
 */
export class LargestFirst<Part extends SizedPart> {
  private readonly heap: Part[] = [];
  private sum = 0;

  /** Of all parts together. */
  get bytes(): number {
    return this.sum;
  }

  get count(): number {
    return this.heap.length;
  }

  get largest(): Part | undefined {
    return this.heap[0];
  }

  /** Whether the part is larger than it would be if all parts were equal. */
  isOverShare(part: Part): boolean {
    return part.bytes * this.count > this.sum;
  }

  /** Adds bytes to a part, which may be new; fewer than 0 take bytes away. */
  grow(part: Part, bytes: number): void {
    if (part.heapIndex < 0) this.put(part, this.heap.length);
    this.sum += bytes;
    part.bytes += bytes;
    if (bytes < 0) this.sink(part);
    else this.rise(part);
  }

  remove(part: Part): void {
    const last = this.heap.pop();
    if (last && last !== part) {
      this.put(last, part.heapIndex);
      this.rise(last);
      this.sink(last);
    }
    part.heapIndex = -1;
    this.sum -= part.bytes;
  }

  private rise(part: Part): void {
    for (;;) {
      const parent = this.heap[(part.heapIndex - 1) >> 1];
      if (!parent || parent.bytes >= part.bytes) return;
      this.swap(part, parent);
    }
  }

  private sink(part: Part): void {
    for (;;) {
      const left = this.heap[2 * part.heapIndex + 1];
      const right = this.heap[2 * part.heapIndex + 2];
      const larger = right && left && right.bytes > left.bytes ? right : left;
      if (!larger || larger.bytes <= part.bytes) return;
      this.swap(part, larger);
    }
  }

  private swap(a: Part, b: Part): void {
    const { heapIndex } = a;
    this.put(a, b.heapIndex);
    this.put(b, heapIndex);
  }

  private put(part: Part, heapIndex: number): void {
    this.heap[heapIndex] = part;
    part.heapIndex = heapIndex;
  }
}
