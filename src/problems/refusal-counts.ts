import { Injectable } from '@nestjs/common';
import type { Bound } from '../http/bounds.js';
import { RefusalLog } from './refusal-log.js';

/** How many requests the process has refused since its start, by the bound that each one reached. */
@Injectable()
export class RefusalCounts {
  private readonly log = new RefusalLog();
  private readonly counts = new Map<Bound, number>();

  /** A bound that no request has reached is not in it. */
  get byBound(): ReadonlyMap<Bound, number> {
    return this.counts;
  }

  /** The filter counts every `OverloadedError` that it answers. Whoever refuses past it counts here. */
  count(bound: Bound): void {
    this.counts.set(bound, (this.counts.get(bound) ?? 0) + 1);
    this.log.count(bound);
  }
}
