/** What was asked has not answered in time. */
export class NoAnswerInTimeError extends Error {
  constructor() {
    super('It does not answer in time.');
  }
}

/**
 * The outcome of what must not be waited for when it is silent.
 * @throws NoAnswerInTimeError after so many milliseconds
 */
export async function withTimeout<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerInTimeError()), ms);
  });
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
}
