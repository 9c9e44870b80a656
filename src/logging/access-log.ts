import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isCaller } from '../auth/caller.js';
import '../http/received-at.js';
import '../http/trace-ids.js';
import { ACCESS_CONTEXT, type AccessLine } from './access-line.js';
import { LOG_LEVELS, type AccessLogOptions, type LogLevel } from './logging.options.js';
import { TenantHash } from './tenant-hash.js';

declare module 'node:net' {
  interface Socket {
    /** Bytes that it had sent when its last answer ended. Here and not in a Map, because every request looks it up. */
    loggedBytes?: number;
  }
}

/** Requests of platforms, which come every second and say nothing. */
const OF_PLATFORM = /^\/(?:health|metrics)(?:[/?]|$)/;

/** UTF-16 code units of a path. A path without a route is as long as its client likes. */
const MAX_PATH_LENGTH = 256;

/** Logs a line for each request when its answer is written: for a stream, when the stream has ended. */
export class AccessLog {
  private readonly logger = new Logger(ACCESS_CONTEXT);
  private readonly tenants: TenantHash;

  constructor(private readonly options: AccessLogOptions) {
    this.tenants = new TenantHash(options.hashSalt);
  }

  /** Adds the hook, before others that may answer. At a level that shows no line it adds none. */
  addTo(server: FastifyInstance, level: LogLevel): void {
    if (!this.options.isOn || !shows(level, 'info')) return;
    const showsProbes = shows(level, 'debug');
    server.addHook('onRequest', (request, reply, done) => {
      const isOfPlatform = OF_PLATFORM.test(request.raw.url as string);
      if (!isOfPlatform) this.follow(request, reply);
      else if (showsProbes) this.follow(request, reply, true);
      done();
    });
  }

  private follow(request: FastifyRequest, reply: FastifyReply, isOfPlatform = false): void {
    const { socket } = request.raw;
    // A connection that is gone has no address any more.
    const peer = this.options.showsRemoteAddress ? socket.remoteAddress : undefined;
    const sentBefore = socket.bytesWritten;
    // It closes once, whether the answer has been written or the connection is gone.
    reply.raw.on('close', () => {
      const line = this.describe(request, reply);
      if (peer !== undefined) line.remoteAddress = peer;
      const total = socket.bytesWritten;
      // Requests that are sent one behind another may arrive before the answer to the first.
      line.bytes = total - Math.max(sentBefore, socket.loggedBytes ?? 0);
      socket.loggedBytes = total;
      if (isOfPlatform) this.logger.debug(line);
      else this.logger.log(line);
    });
  }

  private describe(request: FastifyRequest, reply: FastifyReply): Line {
    const { raw } = request;
    const line: Line = {
      requestId: request.id,
      method: raw.method as string,
      path: pathOf(raw.url as string),
      durationMs: Math.round((performance.now() - request.receivedAt) * 100) / 100,
      bytes: 0,
    };
    const route = request.routeOptions.url;
    if (route !== undefined) line.route = route;
    const tenantId = tenantOf(request);
    if (tenantId !== undefined) line.tenant = this.tenants.of(tenantId);
    if (reply.raw.headersSent) line.status = reply.raw.statusCode;
    if (!reply.raw.writableFinished) line.aborted = true;
    const { traceIds } = raw;
    if (traceIds) {
      line.trace_id = traceIds.trace_id;
      line.span_id = traceIds.span_id;
    }
    return line;
  }
}

type Line = { -readonly [Field in keyof AccessLine]: AccessLine[Field] };

function shows(level: LogLevel, line: LogLevel): boolean {
  return level !== 'silent' && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(line);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  return path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path;
}

/** A guard of the application may have found the caller, in place of a token. */
function tenantOf(request: FastifyRequest & { user?: unknown }): string | undefined {
  const { verifiedCaller } = request.raw;
  if (verifiedCaller) return verifiedCaller.owner.tenantId;
  return isCaller(request.user) ? request.user.owner.tenantId : undefined;
}
