import type { ImportOutcome } from './dialogue-importer.js';

/** The number of lines by their outcome. */
export type ImportCounts = Record<ImportOutcome | 'failed', number>;

export function describeCounts({ imported, completed, skipped, failed }: ImportCounts): string {
  return `${imported} imported, ${completed} completed, ${skipped} skipped, ${failed} failed`;
}
