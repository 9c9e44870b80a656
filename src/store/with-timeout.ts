/** The outcome of a ping, which must not wait for a store that is silent. Rejects after so many milliseconds. */
export async function withTimeout<T>(ping: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It does not answer in time.')), ms);
  });
  return Promise.race([ping, timeout]).finally(() => clearTimeout(timer));
}
