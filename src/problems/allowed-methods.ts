import { METHODS } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

/**
 * Knows which methods a path accepts. Fastify does not say so for a path that it could not route.
 * This class therefore has the same routes in a router of its own, and uses it only in that case.
 */
@Injectable()
export class AllowedMethods {
  private readonly router = findMyWay();
  private readonly methods = new Set<string>();

  /** Records every route that is added to the server from now on. */
  learnFrom(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url }) => {
      // CORS answers preflights with this route. It matches every path, even one without a route.
      if (url === '*') return;
      for (const name of [method].flat().filter((known) => METHODS.includes(known))) {
        this.methods.add(name);
        if (!this.router.hasRoute(name as HTTPMethod, url)) {
          this.router.on(name as HTTPMethod, url, () => undefined);
        }
      }
    });
  }

  /** The methods in alphabetical order; none when the path has no route. */
  of(url: string): string[] {
    const path = url.split('?', 1)[0] as string;
    return [...this.methods].filter((method) => this.has(method as HTTPMethod, path)).sort();
  }

  /** Nest does not route a path with an empty parameter. This router does. */
  private has(method: HTTPMethod, path: string): boolean {
    const route = this.router.find(method, path);
    return route !== null && !Object.values(route.params).includes('');
  }
}
