/** A secret of the operator from which the keys of all owners are derived. */
export interface MasterKey {
  /** 1 to 16 characters of `A-Z a-z 0-9 _ -`. Every text that is sealed names it. */
  readonly id: string;
  /** 32 bytes. A store copies them when it opens: you may wipe yours then. */
  readonly secret: Uint8Array;
}

/** The ids of keys. */
export const KEY_ID = /^[A-Za-z0-9_-]{1,16}$/;

/** The id in place of a key that seals nothing: what is written from then on is plain again. */
export const NO_KEY_ID = 'plain';
