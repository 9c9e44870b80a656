import { Transform } from 'class-transformer';
import { IsIn, IsString } from 'class-validator';
import {
  GEN_AI_DETAILS,
  SAMPLERS,
  type GenAiDetail,
  type SamplerName,
} from '../tracing/tracing.options.js';
import { Optional, rule } from '../validation/rules.js';
import { readPairs } from './otel-pairs.js';
import { Address, WholeNumber } from './variable-rules.js';

/** The variables of OpenTelemetry have its own names, defaults and meanings. */
export class TracingEnvironment {
  @Optional()
  @Address('http:', 'https:')
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @Optional()
  @Address('http:', 'https:')
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @Optional()
  @Pairs()
  OTEL_EXPORTER_OTLP_HEADERS?: string;

  @Optional()
  @Pairs()
  OTEL_EXPORTER_OTLP_TRACES_HEADERS?: string;

  @IsString()
  OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';

  @Optional()
  @IsString()
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string;

  /** Milliseconds. */
  @WholeNumber(1, 600_000)
  OTEL_EXPORTER_OTLP_TIMEOUT = 10_000;

  /** Milliseconds. */
  @Optional()
  @WholeNumber(1, 600_000)
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT?: number;

  @Optional()
  @IsString()
  OTEL_SERVICE_NAME?: string;

  @Optional()
  @Pairs()
  OTEL_RESOURCE_ATTRIBUTES?: string;

  @IsIn(SAMPLERS)
  OTEL_TRACES_SAMPLER: SamplerName = 'parentbased_always_on';

  @Ratio()
  OTEL_TRACES_SAMPLER_ARG = 1;

  @WholeNumber(1, 1_000_000)
  OTEL_BSP_MAX_QUEUE_SIZE = 2_048;

  @WholeNumber(1, 1_000_000)
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE = 512;

  /** Milliseconds. */
  @WholeNumber(1, 600_000)
  OTEL_BSP_SCHEDULE_DELAY = 5_000;

  /** Milliseconds. */
  @WholeNumber(1, 600_000)
  OTEL_BSP_EXPORT_TIMEOUT = 30_000;

  @IsIn(['otlp', 'none'])
  OTEL_TRACES_EXPORTER: 'otlp' | 'none' = 'otlp';

  @IsIn(['true', 'false'])
  OTEL_SDK_DISABLED: 'true' | 'false' = 'false';

  @IsIn(GEN_AI_DETAILS)
  TRACE_GEN_AI: GenAiDetail = 'off';

  @IsIn(['true', 'false'])
  TRACE_CLIENT_ADDRESS: 'true' | 'false' = 'false';
}

function Pairs(): PropertyDecorator {
  return rule(
    'isPairs',
    'must be name=value, separated by commas, percent-encoded where needed',
    (value) => typeof value === 'string' && readPairs(value) !== undefined,
  );
}

function Ratio(): PropertyDecorator {
  const convert = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^[01](\.\d+)?$/.test(value) ? Number(value) : value,
  );
  const check = rule(
    'isRatio',
    'must be a number from 0 to 1',
    (value) => typeof value === 'number' && value >= 0 && value <= 1,
  );
  return (target, property) => {
    convert(target, property);
    check(target, property);
  };
}
