import type { ImportOutcome } from './dialogue-importer.js';

/** Lines of the file by what came of them. */
export type ImportCounts = Record<ImportOutcome | 'failed', number>;

export function describeCounts({ imported, completed, skipped, failed }: ImportCounts): string {
  return `${imported} imported, ${completed} completed, ${skipped} skipped, ${failed} failed`;
}
