import { Module } from '@nestjs/common';
import { RateLimiter } from './rate-limiter.js';

/** Limits how many requests each user and each tenant may send. It needs the `StoreModule`, which is global. */
@Module({ providers: [RateLimiter], exports: [RateLimiter] })
export class RateLimitsModule {}
