import type { Bound } from '../http/bounds.js';
import type { FieldError } from '../validation/field-errors.js';

/** What the catalogue makes of an error, before it is written as a response. */
export interface Problem {
  /** The last part of the `type` of the response. */
  readonly slug: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Whether the store may have applied the change all the same. */
  readonly mayHaveBeenApplied?: boolean;
  /** The bound that a refusal reached. */
  readonly bound?: Bound;
  readonly headers?: Readonly<Record<string, string>>;
}
