import type { FileUIPart } from 'ai';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  webp: 'image/webp',
};

export function nameOf({ filename, url }: Pick<FileUIPart, 'filename' | 'url'>): string {
  if (filename !== undefined && filename !== '') return filename;
  const path = URL.parse(url)?.pathname ?? '';
  const name = decode(path.slice(path.lastIndexOf('/') + 1));
  return name === '' ? (URL.parse(url)?.host ?? 'File') : name;
}

/** By the end of the name. An upload knows the type of its file. */
export function mediaTypeOf(url: string): string {
  const name = nameOf({ url });
  const end = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return MEDIA_TYPES[end] ?? 'application/octet-stream';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
