import { METHODS } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

/**
 * Which methods a path takes. Fastify does not tell of a path that it could not route, so this
 * keeps the same routes in a router of its own, to be asked only then.
 */
@Injectable()
export class AllowedMethods {
  private readonly router = findMyWay();
  private readonly methods = new Set<string>();

  /** Learns every route that is added to the server from now on. */
  learnFrom(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url }) => {
      // Where CORS answers preflights: every path, those that there are not too.
      if (url === '*') return;
      for (const name of [method].flat().filter((known) => METHODS.includes(known))) {
        this.methods.add(name);
        if (!this.router.hasRoute(name as HTTPMethod, url)) {
          this.router.on(name as HTTPMethod, url, () => undefined);
        }
      }
    });
  }

  /** In alphabetical order; none for a path that no method has. */
  of(url: string): string[] {
    const path = url.split('?', 1)[0] as string;
    return [...this.methods].filter((method) => this.has(method as HTTPMethod, path)).sort();
  }

  /** Nest routes no path with an empty parameter; this router does. */
  private has(method: HTTPMethod, path: string): boolean {
    const route = this.router.find(method, path);
    return route !== null && !Object.values(route.params).includes('');
  }
}
