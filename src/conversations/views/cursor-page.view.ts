import { ApiProperty } from '@nestjs/swagger';

export abstract class CursorPageView {
  /** `null` at the end. */
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}
