import { Paperclip, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { nameOf } from '../message/file-name';
import type { Draft } from './draft';

interface FileChipsProps {
  readonly files: Draft['files'];
  readonly onFiles: (files: Draft['files']) => void;
}

/** The files of a message that is not sent yet. */
export function FileChips({ files, onFiles }: FileChipsProps): ReactElement | null {
  if (files.length === 0) return null;
  return (
    <ul className="file-chips" aria-label="Files to send">
      {files.map((file, index) => (
        <li key={index}>
          <Paperclip aria-hidden="true" />
          {nameOf(file)}
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${nameOf(file)}`}
            onClick={() => onFiles(files.filter((each) => each !== file))}
          >
            <X aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
