import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ROLES, type Part, type Role } from '../domain/message.js';
import { SentOneOf, SentRecord, SentString } from '../validation/sent-values.js';
import { IsContent, IsParts } from './message-rules.js';

/** A part of the type `text` has a `text`. A part of another type may have any properties. */
@ApiSchema({ name: 'Part' })
export class PartDto {
  readonly type!: string;

  /** Required when the type is `text`. */
  readonly text?: string;
}

/** A message to store: either `content`, which is a text, or `parts`. A whole `UIMessage` of the AI SDK is one. */
@ApiSchema({ name: 'NewMessage' })
export class NewMessageDto {
  /** Ignored: the server makes the ids of messages. It is here for a `UIMessage`, which has the id of its client. */
  @SentString(255)
  id?: string;

  @ApiProperty({ enum: ROLES, required: false, default: 'user' })
  @SentOneOf(ROLES)
  role: Role = 'user';

  /** The text of the message. Send either `content` or `parts`. */
  @ApiPropertyOptional({ minLength: 1 })
  @IsContent()
  content?: string;

  @ApiProperty({ type: [PartDto], required: false })
  @IsParts()
  parts?: Part[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @SentRecord()
  metadata?: Record<string, unknown>;
}
