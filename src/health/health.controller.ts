import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { Public } from '../auth/public.decorator.js';
import { Problems } from '../problems/problems.decorator.js';
import { StoreHealthIndicator } from '../store/store.health.js';
import { Drain } from './drain.js';
import { HealthReports, LIVENESS } from './health-description.js';
import { HealthFilter } from './health.filter.js';

/** For probes. The answers name what is down, and not why: they need no token. */
@Public()
@ApiTags('health')
@Problems('bad-request')
@Controller('health')
@UseFilters(HealthFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly store: StoreHealthIndicator,
    private readonly drain: Drain,
  ) {}

  /**
   * The process runs.
   * @remarks It depends on nothing else, because a restart would not bring the store back.
   */
  @Get('live')
  @ApiOperation({ operationId: 'getLiveness' })
  @ApiResponse({ status: 200, description: 'The process runs.', schema: LIVENESS })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * The service takes requests.
   * @remarks The store answers, and the process does not stop.
   */
  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness' })
  @HealthReports()
  @HealthCheck({ swaggerDocumentation: false })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.store.check('store'), () => this.serving()]);
  }

  /**
   * How the service is.
   * @remarks The same as `getReadiness`.
   */
  @Get()
  @ApiOperation({ operationId: 'getHealth' })
  @HealthReports()
  @HealthCheck({ swaggerDocumentation: false })
  all(): Promise<HealthCheckResult> {
    return this.ready();
  }

  private serving(): HealthIndicatorResult {
    const indicator = this.indicators.check('serving');
    return this.drain.isDraining ? indicator.down({ draining: true }) : indicator.up();
  }
}
