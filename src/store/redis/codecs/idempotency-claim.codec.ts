import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../../domain/idempotency.js';

/** The part of an idempotency record that its script cannot know: a claim, as arguments of the script. */
export function encodeClaim(idempotency: IdempotencyClaim | undefined): {
  requestHash: string;
  recordTtl: number;
  idempotencyKey: string;
} {
  return {
    requestHash: idempotency?.requestHash ?? '',
    recordTtl: IDEMPOTENCY_WINDOW_MS,
    idempotencyKey: idempotency?.key ?? '',
  };
}
