import { IsIn, IsString } from 'class-validator';
import { DEFAULT_MESSAGE_LIMITS } from '../messages/message-limits.module.js';
import { Optional } from '../validation/rules.js';
import { isOrigin, List, WholeNumber } from './variable-rules.js';

export class HttpEnvironment {
  @IsString()
  HOST = '0.0.0.0';

  @WholeNumber(0, 65_535)
  PORT = 3000;

  @Optional()
  @IsIn(['true', 'false'])
  DOCS_PAGE?: 'true' | 'false';

  @List(isOrigin, 'must be origins such as https://chat.example.com, separated by commas')
  CORS_ORIGINS: string[] = [];

  /** Bytes: 1 KiB to 64 MiB. */
  @WholeNumber(1024, 64 * 1024 * 1024)
  BODY_LIMIT = 1024 * 1024;

  /** Bytes: 1 KiB to 1 MiB, which is what a reply may have. */
  @WholeNumber(1024, 1024 * 1024)
  MAX_MESSAGE_BYTES = DEFAULT_MESSAGE_LIMITS.maxBytes;

  @WholeNumber(1, 1_000_000)
  MAX_CONCURRENT_REQUESTS = 64;

  /** Bytes. */
  @WholeNumber(1024 * 1024, 64 * 1024 * 1024 * 1024)
  MAX_BODY_BYTES = 32 * 1024 * 1024;

  /** Bytes. */
  @WholeNumber(1024 * 1024, 64 * 1024 * 1024 * 1024)
  MAX_UNSENT_BYTES = 64 * 1024 * 1024;

  @WholeNumber(1, 1_000_000)
  MAX_REQUESTS_PER_OWNER = 16;

  @WholeNumber(1, 1_000_000)
  MAX_UNVERIFIED_REQUESTS = 16;

  @WholeNumber(1, 60_000)
  SLOT_WAIT_MS = 1_000;

  @WholeNumber(1, 1_000_000)
  MAX_CONNECTIONS = 5_000;

  @WholeNumber(100, 600_000)
  HEADERS_TIMEOUT_MS = 10_000;

  @WholeNumber(100, 3_600_000)
  REQUEST_TIMEOUT_MS = 30_000;

  @WholeNumber(100, 3_600_000)
  STALLED_CONNECTION_MS = 30_000;

  @Optional()
  @WholeNumber(0, 300_000)
  SHUTDOWN_DRAIN_MS?: number;

  @WholeNumber(0, 300_000)
  SHUTDOWN_FINISH_MS = 10_000;
}
