import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module.js';
import { ProblemsModule } from '../problems/problems.module.js';
import { Admission } from './admission.js';

/** Bounds the work that the service does at once, and refuses the rest at little cost. */
@Module({
  imports: [HealthModule, ProblemsModule],
  providers: [Admission],
  exports: [Admission],
})
export class AdmissionModule {}
