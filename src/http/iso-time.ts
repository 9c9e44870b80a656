const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The text of a day up to the "T", by the number of days since the epoch. */
const days = new Map<number, string>();
const MAX_DAYS = 1_000;

/**
 * Gives the same text as `toISOString` in a fifth of the time. A response may have 400 times in it,
 * all within a few days, and `toISOString` computes the date again for each of them.
 */
export function toIsoTime(date: Date): string {
  const time = date.getTime();
  const day = Math.floor(time / DAY);
  let dayText = days.get(day);
  if (dayText === undefined) {
    if (days.size === MAX_DAYS) days.clear();
    dayText = `${date.toISOString().split('T', 1)[0]}T`;
    days.set(day, dayText);
  }
  const inDay = time - day * DAY;
  const hours = twoDigits(Math.floor(inDay / HOUR));
  const minutes = twoDigits(Math.floor((inDay % HOUR) / MINUTE));
  const seconds = twoDigits(Math.floor((inDay % MINUTE) / SECOND));
  const ms = inDay % SECOND;
  return `${dayText}${hours}:${minutes}:${seconds}.${ms < 100 ? '0' : ''}${twoDigits(ms)}Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
