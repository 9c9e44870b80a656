import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'Flushed' })
export class FlushedView {
  /** The number of conversations that were saved. */
  @ApiProperty({ type: 'integer' })
  readonly flushed!: number;
}

export function toFlushedView(flushed: number): FlushedView {
  return { flushed };
}
