import { ApiProperty } from '@nestjs/swagger';

export class ErasedView {
  /** The number of conversations that were deleted. */
  @ApiProperty({ type: 'integer' })
  readonly deleted!: number;
}

export function toErasedView(deleted: number): ErasedView {
  return { deleted };
}
