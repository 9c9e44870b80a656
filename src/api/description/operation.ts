import type { OpenAPIObject } from '@nestjs/swagger';

/** A method of a path in the description. */
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
