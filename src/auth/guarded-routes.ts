import type { Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, Reflector, type ModulesContainer } from '@nestjs/core';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { Public } from './public.decorator.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The guard lets nobody in without a token. */
    needsToken?: boolean;
  }
}

/**
 * Marks the routes of all controllers that are not `@Public()`, so that a hook of Fastify knows them.
 * Call it before Nest registers the routes. A route that Nest does not know, such as the API
 * description, has no guard and gets no mark.
 */
export function markGuardedRoutes(modules: ModulesContainer): void {
  const guarded = new Set<object>();
  const open = new Set<object>();
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      if (typeof metatype !== 'function') continue;
      for (const [handler, isPublic] of routesOf(metatype as Type)) {
        (isPublic ? open : guarded).add(handler);
      }
    }
  }
  // Controllers may inherit one method. Where the mark would be wrong for one of them, the guard decides.
  for (const handler of guarded) if (!open.has(handler)) mark(handler);
}

/** The handlers of a controller, and whether each is open to everybody. */
function routesOf(controller: Type): [handler: () => unknown, isPublic: boolean][] {
  const reflector = new Reflector();
  const prototype = controller.prototype as Record<string, () => unknown>;
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .map((name) => prototype[name] as () => unknown)
    .filter((handler) => Reflect.hasMetadata(PATH_METADATA, handler))
    .map((handler) => [
      handler,
      reflector.getAllAndOverride<boolean | undefined>(Public, [handler, controller]) ?? false,
    ]);
}

function mark(handler: object): void {
  const config = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as object | undefined;
  const marked = { ...config, needsToken: true };
  Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG_METADATA, marked, handler);
}
