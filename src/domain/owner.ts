/**
 * The user whom conversations belong to. An owner comes from a verified token and from nowhere else:
 * never from a body, a query or a header.
 */
export interface Owner {
  readonly tenantId: string;
  readonly userId: string;
}
