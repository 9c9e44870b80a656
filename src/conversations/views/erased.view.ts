import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'Erased' })
export class ErasedView {
  /** The number of conversations that were deleted. */
  @ApiProperty({ type: 'integer' })
  readonly deleted!: number;
}

export function toErasedView(deleted: number): ErasedView {
  return { deleted };
}
