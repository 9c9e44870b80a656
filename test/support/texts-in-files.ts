import { spawnSync } from 'node:child_process';

/** Which of the texts stand in a file of the folder: as they are, in hexadecimal, or within base64. */
export function textsInFiles(texts: readonly string[], folder: string): string[] {
  const { status, stdout, stderr } = spawnSync('grep', ['-raohFf', '-', folder], {
    input: texts.flatMap(encodingsOf).join('\n'),
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
    maxBuffer: 256 * 1024 * 1024,
  });
  // 1: nothing was found.
  if (status !== 0 && status !== 1) throw new Error(`grep has failed: ${stderr}`);
  const found = new Set(stdout.split('\n'));
  return texts.filter((text) => encodingsOf(text).some((encoding) => found.has(encoding)));
}

/** Which of the texts stand in this one, in the same encodings. */
export function textsIn(texts: readonly string[], whole: string): string[] {
  return texts.filter((text) => encodingsOf(text).some((encoding) => whole.includes(encoding)));
}

function encodingsOf(text: string): string[] {
  return [text, Buffer.from(text).toString('hex'), ...[0, 1, 2].map((n) => withinBase64(text, n))];
}

/** The characters of base64 that say nothing but the text, when so many bytes of a triple are before it. */
function withinBase64(text: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
  return whole.slice(before === 0 ? 0 : 4);
}
