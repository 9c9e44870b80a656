import { Reflector } from '@nestjs/core';

/** Opens a route, or all of a controller's, to everybody. */
export const Public = Reflector.createDecorator<undefined, boolean>({ transform: () => true });
