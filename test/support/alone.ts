const running = new Set<Promise<void>>();
/** The end of the last one that runs alone, or waits to. It never rejects. */
let lastAlone: Promise<unknown> = Promise.resolve();

/** Runs beside the others, but not beside one that runs alone. */
export async function besideOthers(run: () => Promise<void>): Promise<void> {
  for (let last; last !== lastAlone;) {
    last = lastAlone;
    await last;
  }
  const result = run();
  running.add(result);
  try {
    await result;
  } finally {
    running.delete(result);
  }
}

/** Runs when no other does. What has not started yet lets it go first, so that it does not wait for long. */
export function alone(run: () => Promise<void>): Promise<void> {
  const result = Promise.allSettled([lastAlone, ...running]).then(run);
  lastAlone = result.catch(() => undefined);
  return result;
}
