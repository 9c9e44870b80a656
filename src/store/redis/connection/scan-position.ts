/** Where a scan is. Redis needs no more than the cursor to go on, at any time. */
export interface ScanPosition {
  readonly primary: string;
  readonly cursor: string;
}

/** In place of the cursor of a primary that is done. */
export const SCANNED = 'end';

const POSITION = /^(.+)\/(\d+|end)$/;

export function encodePosition({ primary, cursor }: ScanPosition): string {
  return `${primary}/${cursor}`;
}

/** @throws TypeError */
export function decodePosition(position: string): ScanPosition {
  const [, primary, cursor] = POSITION.exec(position) ?? [];
  if (primary === undefined || cursor === undefined) {
    throw new TypeError('There is no such position in this store.');
  }
  return { primary, cursor };
}
