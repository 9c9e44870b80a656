import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsBoolean, IsString, Length, ValidateIf } from 'class-validator';
import { NestedList } from '../../validation/dto.js';
import { IsInsteadOf, IsWholeNumber, Optional, rule } from '../../validation/rules.js';

/** The most calls of one message, and the most characters of an id and of a text. */
const LIMITS = { calls: 100, idLength: 255, textLength: 10_000 } as const;

/** What a tool of the client made of a call: its `output`, which is any JSON, or an `errorText`. */
@ApiSchema({ name: 'ToolResult' })
export class ToolResultDto {
  @IsString()
  @Length(1, LIMITS.idLength)
  toolCallId!: string;

  @ApiPropertyOptional({ description: 'Any JSON.' })
  @ValidateIf(({ errorText }: ToolResultDto) => errorText === undefined)
  @IsPresent()
  output?: unknown;

  @Optional()
  @IsInsteadOf('output')
  @IsString()
  @Length(1, LIMITS.textLength)
  errorText?: string;
}

/** What the user decided about a call. */
@ApiSchema({ name: 'Approval' })
export class ApprovalDto {
  /** The id of the approval, as the part has it. */
  @IsString()
  @Length(1, LIMITS.idLength)
  id!: string;

  @IsBoolean()
  approved!: boolean;

  @Optional()
  @IsString()
  @Length(1, LIMITS.textLength)
  reason?: string;
}

/**
 * The message of the assistant that waits, and all that it waits for. Without results and approvals, the assistant goes on
 * with a message that waits for nothing: its turn broke off.
 */
@ApiSchema({ name: 'Continuation' })
export class ContinuationDto {
  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsWholeNumber(1)
  seq!: number;

  @ApiProperty({ type: [ToolResultDto], maxItems: LIMITS.calls, required: false })
  @NestedList(() => ToolResultDto, LIMITS.calls)
  toolResults: ToolResultDto[] = [];

  @ApiProperty({ type: [ApprovalDto], maxItems: LIMITS.calls, required: false })
  @NestedList(() => ApprovalDto, LIMITS.calls)
  approvals: ApprovalDto[] = [];
}

/** Any JSON, `null` among it. */
function IsPresent(): PropertyDecorator {
  return rule(
    'isPresent',
    'is required, unless there is an errorText',
    (value) => value !== undefined,
  );
}
