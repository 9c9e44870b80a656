import { IsIn } from 'class-validator';
import { Optional } from '../validation/rules.js';
import { WholeNumber } from './variable-rules.js';

export class MetricsEnvironment {
  @IsIn(['true', 'false'])
  METRICS: 'true' | 'false' = 'true';

  @Optional()
  @WholeNumber(1, 65_535)
  METRICS_PORT?: number;
}
