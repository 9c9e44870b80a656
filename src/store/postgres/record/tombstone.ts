/** The status of a row that says that a conversation was deleted. The statements write it out. */
export const TOMBSTONE = 'deleted';
