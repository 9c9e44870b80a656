const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The day that was written last, as days since the epoch, and its text up to the "T". */
let day = NaN;
let dayText = '';

/**
 * What `toISOString` gives, in a fifth of its time: an answer has up to 400 times in it, most of
 * them of the same day, and the engine works out the date of each.
 */
export function toIsoTime(date: Date): string {
  const time = date.getTime();
  const itsDay = Math.floor(time / DAY);
  if (itsDay !== day) {
    dayText = date.toISOString().split('T')[0] + 'T';
    day = itsDay;
  }
  const inDay = time - itsDay * DAY;
  const hours = twoDigits(Math.floor(inDay / HOUR));
  const minutes = twoDigits(Math.floor((inDay % HOUR) / MINUTE));
  const seconds = twoDigits(Math.floor((inDay % MINUTE) / SECOND));
  const ms = inDay % SECOND;
  return `${dayText}${hours}:${minutes}:${seconds}.${ms < 100 ? '0' : ''}${twoDigits(ms)}Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
