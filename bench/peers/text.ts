/** What every message of this benchmark says: 108 bytes. */
export const TEXT = 'A train to Rome on Friday, with a seat at the window? '.repeat(2);
