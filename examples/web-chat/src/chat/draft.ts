import type { StoredUIMessage } from '@conversation-store/client/ai';
import type { FileUIPart } from 'ai';

/** What a user has written, and what is linked to it. */
export interface Draft {
  readonly text: string;
  readonly files: readonly FileUIPart[];
}

export const EMPTY_DRAFT: Draft = { text: '', files: [] };

export function isEmpty({ text, files }: Draft): boolean {
  return text.trim() === '' && files.length === 0;
}

/** A message that comes back to the box leaves what was written meanwhile behind it. */
export function withReturned(now: Draft, returned: Draft): Draft {
  if (isEmpty(now)) return returned;
  const text = [returned.text, now.text].filter((each) => each.trim() !== '').join('\n\n');
  return { text, files: [...returned.files, ...now.files] };
}

/** A message has its files first: a model reads them before the question. */
export function toParts({ text, files }: Draft): StoredUIMessage['parts'] {
  return [...files, ...(text.trim() === '' ? [] : [{ type: 'text' as const, text }])];
}
