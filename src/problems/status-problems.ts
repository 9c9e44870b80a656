import { STATUS_CODES } from 'node:http';

/** The slug of a problem of which only the status is known. */
export function slugOf(status: number): string {
  return titleOf(status)
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-');
}

/** The words of a status, or those of 400. */
export function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Bad Request';
}
