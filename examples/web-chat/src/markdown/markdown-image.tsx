import { Image } from 'lucide-react';
import type { ComponentProps, ReactElement } from 'react';
import { isHttpUrl, isTrustedImage } from '../message/safe-url';

/** An image of the page's own origin, or one that is allowed. For any other one: its text, and a link to it. */
export function MarkdownImage({ src, alt }: ComponentProps<'img'>): ReactElement {
  const url = typeof src === 'string' ? src : '';
  const text = alt === undefined || alt === '' ? 'Image' : alt;
  if (isTrustedImage(url)) return <img src={url} alt={text} loading="lazy" />;
  const label = (
    <>
      <Image aria-hidden="true" /> {text}
    </>
  );
  if (!isHttpUrl(url)) return <span className="blocked-image">{label}</span>;
  return (
    <a className="blocked-image" href={url} target="_blank" rel="noopener noreferrer nofollow">
      {label} <small>({new URL(url).host})</small>
    </a>
  );
}
