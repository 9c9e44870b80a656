import { IsString } from 'class-validator';
import { Optional } from '../validation/rules.js';
import { ZeroOrWholeNumber } from './variable-rules.js';

/** How a store on a server seals texts. `sealing-config.ts` reads the keys, and shows nothing of them. */
export class SealingEnvironment {
  @Optional()
  @IsString()
  ENCRYPTION_KEYS?: string;

  @Optional()
  @IsString()
  ENCRYPTION_KEYS_FILE?: string;

  /** Bytes; 0: nothing is compressed. */
  @ZeroOrWholeNumber(64, 1024 ** 2)
  COMPRESS_ABOVE: number = 0;
}
