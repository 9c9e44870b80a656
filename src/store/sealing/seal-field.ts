/** What a sealed text is of its conversation. A message and a batch of events have a name besides. */
export type SealField =
  'title' | 'externalId' | 'metadata' | 'state' | `message ${string}` | `events ${string}`;
