import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { Public } from '../auth/public.decorator.js';
import { StoreHealthIndicator } from '../store/store.health.js';
import { Drain } from './drain.js';
import { HealthFilter } from './health.filter.js';

/** For probes. The answers name what is down, and not why: they need no token. */
@Public()
@ApiTags('health')
@Controller('health')
@UseFilters(HealthFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly store: StoreHealthIndicator,
    private readonly drain: Drain,
  ) {}

  /** The process runs. It depends on nothing else, because a restart would not bring Redis back. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The service takes requests: the store answers, and no drain has begun. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.store.check('store'), () => this.serving()]);
  }

  @Get()
  @HealthCheck()
  all(): Promise<HealthCheckResult> {
    return this.ready();
  }

  private serving(): HealthIndicatorResult {
    const indicator = this.indicators.check('serving');
    return this.drain.isDraining ? indicator.down({ draining: true }) : indicator.up();
  }
}
