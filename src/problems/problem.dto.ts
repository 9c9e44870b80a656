import { ApiProperty } from '@nestjs/swagger';

class FieldErrorView {
  /** Its path: `messages.0.content`, say. */
  readonly field!: string;

  readonly message!: string;
}

/** An error answer (RFC 9457), for the API description. */
export class ProblemView {
  /** `/problems/<slug>` */
  readonly type!: string;

  readonly title!: string;

  @ApiProperty({ type: 'integer' })
  readonly status!: number;

  readonly detail?: string;

  /** The path that was asked for. */
  readonly instance?: string;

  /** Where fields are wrong. */
  readonly errors?: FieldErrorView[];

  /** Of a 503 while the store is away: whether the change may be there all the same. */
  readonly mayHaveBeenApplied?: boolean;
}
