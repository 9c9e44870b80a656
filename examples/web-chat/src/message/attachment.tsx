import type { FileUIPart } from 'ai';
import { FileText, Image } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { nameOf } from './file-name';
import { isHttpUrl, isTrustedImage } from './safe-url';

/** The store takes a file without its type as well. */
type StoredFile = Pick<FileUIPart, 'url' | 'filename'> & Partial<FileUIPart>;

/** A file of a message: an image from where the page may load one, and a link to anything else. */
export function Attachment({ file }: { readonly file: StoredFile }): ReactElement {
  const { url, mediaType } = file;
  const [isBroken, setBroken] = useState(false);
  const isImage = mediaType?.startsWith('image/') ?? false;
  const name = nameOf(file);
  if (isImage && !isBroken && isTrustedImage(url)) {
    return (
      <a className="attachment image" href={url} target="_blank" rel="noopener noreferrer">
        <img src={url} alt={name} loading="lazy" onError={() => setBroken(true)} />
      </a>
    );
  }
  const label = (
    <>
      {isImage ? <Image aria-hidden="true" /> : <FileText aria-hidden="true" />}
      <span>{name}</span>
      {isHttpUrl(url) && <small>{new URL(url).host}</small>}
    </>
  );
  if (!isHttpUrl(url)) return <span className="attachment">{label}</span>;
  return (
    <a className="attachment" href={url} target="_blank" rel="noopener noreferrer">
      {label}
    </a>
  );
}
