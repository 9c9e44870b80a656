import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

/** Opens a route, or all routes of a controller, to everybody. */
export const Public = Reflector.createDecorator<undefined, boolean>({ transform: () => true });

/** Whether the route of this request is open to everybody. */
export function isPublic(reflector: Reflector, context: ExecutionContext): boolean {
  return reflector.getAllAndOverride(Public, [context.getHandler(), context.getClass()]);
}
