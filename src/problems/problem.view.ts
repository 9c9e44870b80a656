import { ApiPropertyOptional, ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Bound } from '../http/bounds.js';
import type { FieldError } from '../validation/field-errors.js';
import type { Problem } from './problem.js';

@ApiSchema({ name: 'FieldError' })
class FieldErrorView {
  /** The path of the field, such as `messages.0.content`. */
  readonly field!: string;

  readonly message!: string;
}

@ApiSchema({
  name: 'Problem',
  description: 'The body of an error response (RFC 9457), sent as `application/problem+json`.',
})
export class ProblemView {
  /** `/problems/<slug>`: the path of a page that explains the problem. */
  readonly type!: string;

  readonly title!: string;

  @ApiProperty({ type: 'integer' })
  readonly status!: number;

  readonly detail?: string;

  /** The path of the request. */
  readonly instance?: string;

  /** The fields that are wrong. */
  @ApiPropertyOptional({ type: [FieldErrorView] })
  readonly errors?: readonly FieldError[];

  /** In a 503: whether the store may have applied the change all the same. */
  readonly mayHaveBeenApplied?: boolean;

  /** In a 503 of an overload: the bound that the request reached, such as `slots` or `running-turns`. */
  @ApiPropertyOptional({ type: String })
  readonly bound?: Bound;
}

export function toProblemView(
  { slug, title, status, detail, errors, mayHaveBeenApplied, bound }: Problem,
  instance?: string,
): ProblemView {
  return {
    type: `/problems/${slug}`,
    title,
    status,
    ...(detail !== undefined && { detail }),
    ...(instance !== undefined && { instance }),
    ...(errors !== undefined && { errors }),
    ...(mayHaveBeenApplied !== undefined && { mayHaveBeenApplied }),
    ...(bound !== undefined && { bound }),
  };
}
