import { Module } from '@nestjs/common';
import { MetricsEndpoint } from './metrics-endpoint.js';
import { ServiceMetrics } from './service-metrics.js';

/** The metrics of the whole service. */
@Module({ providers: [MetricsEndpoint, ServiceMetrics], exports: [MetricsEndpoint] })
export class MetricsModule {}
