let isoMs = 0;
let isoText = '';

/** The time now, as pino puts it into a line. Many lines are of the same millisecond. */
export function isoTime(): string {
  const now = Date.now();
  if (now !== isoMs) {
    isoMs = now;
    isoText = `,"time":"${new Date(now).toISOString()}"`;
  }
  return isoText;
}
