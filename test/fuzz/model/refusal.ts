/** What an error of the port shows besides its code. */
const DETAILS = ['limit', 'status', 'currentVersion', 'runningTurnId'] as const;

type Details = Partial<Record<(typeof DETAILS)[number], unknown>>;

/** What the plain store throws where a driver throws an error of the port. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    details: Details = {},
  ) {
    super(code);
    Object.assign(this, details);
  }
}

/** What a call came to, in a form in which the driver's and the model's can be compared. */
export type Result = { readonly value: unknown } | { readonly refusal: readonly unknown[] };

/** `done`, `replayed`, or what became of a turn that was to begin; the code of a refusal. */
export function wordFor(result: Result): string {
  if ('refusal' in result) return String(result.refusal[0]);
  const { value } = result;
  if (typeof value === 'object' && value !== null && 'outcome' in value) {
    return String(value.outcome);
  }
  const isReplay = typeof value === 'object' && value !== null && 'replayed' in value;
  return isReplay && value.replayed === true ? 'replayed' : 'done';
}

export function refusalOf(error: unknown): Result {
  if (error instanceof RangeError) return { refusal: ['RangeError'] };
  if (!(error instanceof Error) || !('code' in error)) throw error;
  const details = DETAILS.map((name) => (error as Details)[name]);
  return { refusal: [error.code, ...details] };
}
