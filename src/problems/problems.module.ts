import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AllowedMethods } from './allowed-methods.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemPagesController } from './problem-pages.controller.js';
import { RefusalCounts } from './refusal-counts.js';

/** Makes every error answer of the application an RFC 9457 problem. */
@Module({
  controllers: [ProblemPagesController],
  providers: [AllowedMethods, RefusalCounts, { provide: APP_FILTER, useClass: ProblemFilter }],
  exports: [AllowedMethods, RefusalCounts],
})
export class ProblemsModule {}
