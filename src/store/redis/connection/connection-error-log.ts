import { Cluster } from 'ioredis';
import { CONNECTION_FAILURE, type RedisClient } from './client.js';
import { diagnose, REDIS, SENTINEL, type DiagnosisSubject } from './diagnose.js';
import {
  isUnspecific,
  nodeErrorIn,
  onFailedClusterCheck,
  sentinelErrorIn,
} from './ioredis-internals.js';
import { TOKEN_RENEWED } from './reauthentication.js';

const CLUSTER_NOT_READY =
  'The Redis cluster answers and is not ready: check that CLUSTER INFO says cluster_state:ok, and ' +
  'that the user may run CLUSTER INFO.';

/**
 * Logs why the clients cannot connect. The clients try again for ever; each cause is logged once,
 * and once more after a client was ready.
 */
export class ConnectionErrorLog {
  private readonly logged = new Set<string>();
  /** The latest specific error: it explains the unspecific errors that follow it. */
  private cause: Error | undefined;
  private isStopped = false;
  private latest: string | undefined;

  constructor(private readonly log: (sentence: string) => void) {}

  /** Logs the errors of a client from now on. */
  attach(client: RedisClient): void {
    client.on(CONNECTION_FAILURE, (failure: Error | undefined) => (this.cause = failure));
    client.on('error', (error: Error) => this.report(error));
    client.on('ready', () => this.reset());
    client.on(TOKEN_RENEWED, () => this.reset());
    if (client instanceof Cluster) {
      onFailedClusterCheck(client, () => this.logUnlessExplained(CLUSTER_NOT_READY));
    }
  }

  /** What the log says of the failures since the last time that Redis was ready. */
  get diagnosis(): string | undefined {
    return this.latest;
  }

  report(error: Error): void {
    const [inner, subject] = unwrap(error);
    if (!isUnspecific(inner)) this.cause = inner;
    if (this.cause) this.logOnce(diagnose(this.cause, subject));
    else this.logUnlessExplained(diagnose(inner, subject));
  }

  /** Logs nothing from now on: a client that disconnects on purpose emits errors too. */
  stop(): void {
    this.isStopped = true;
  }

  /** A sentence without a cause is logged only when the log has nothing better. */
  private logUnlessExplained(sentence: string): void {
    if (this.logged.size === 0) this.logOnce(sentence);
  }

  private logOnce(sentence: string): void {
    if (this.isStopped || this.logged.has(sentence)) return;
    this.logged.add(sentence);
    this.latest = sentence;
    this.log(sentence);
  }

  private reset(): void {
    this.logged.clear();
    this.cause = undefined;
    this.latest = undefined;
  }
}

/** The error inside, and the server that it is about. */
function unwrap(error: Error): [Error, DiagnosisSubject] {
  const ofSentinel = sentinelErrorIn(error);
  if (ofSentinel) return [ofSentinel, SENTINEL];
  return [nodeErrorIn(error) ?? error, REDIS];
}
