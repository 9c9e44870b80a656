/** Names and values. None of them is of a tenant, a user or a conversation, and each has few values. */
export type Labels = Readonly<Record<string, string | number>>;

/** What every metric of the service begins with. */
export const PREFIX = 'conversation_store_';
