/**
 * The forms of the texts that are as they would be sealed now. The form of a sealed text is its beginning up to the dot:
 * how it was sealed, and the id of the key. The form of a plain text is ''.
 */
export function currentForms(sealingKeyId: string | undefined): readonly string[] {
  // What is only compressed is no secret of anybody, as plain texts are none.
  return sealingKeyId === undefined ? ['', 'z'] : [`e${sealingKeyId}`, `x${sealingKeyId}`];
}

/** Finds the form of a whole text in its first characters. PostgreSQL reads the pattern, too. */
export const FORM_OF_TEXT = '^\\u0001([ezx][A-Za-z0-9_-]*)[.]';
