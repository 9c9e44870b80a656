import type { SealingOptions } from './sealing.options.js';

/** A line for the log. It shows the ids of the keys, and nothing else of them. */
export function describeSealing({
  sealingKey,
  openingKeys = [],
  compressAbove,
}: SealingOptions): string {
  const others = openingKeys.map(({ id }) => `"${id}"`).join(', ');
  const sentences = [
    sealingKey
      ? `Messages, titles, external ids, metadata, states and events are encrypted with the key "${sealingKey.id}".`
      : 'Texts are not encrypted.',
    others !== '' && `What was encrypted before opens with ${others}.`,
    compressAbove !== undefined && `Texts of ${compressAbove} bytes or more are compressed.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}
