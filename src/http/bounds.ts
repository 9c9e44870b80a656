/** The bounds that protect a process from its clients. A refusal names the bound that it reached. */
export type Bound =
  | 'slots'
  | 'unverified-requests'
  | 'rate-limits'
  | 'body-bytes'
  | 'unsent-bytes'
  | 'running-turns'
  | 'queued-turns'
  | 'streams'
  | 'exports';
