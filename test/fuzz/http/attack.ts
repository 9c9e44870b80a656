import assert from 'node:assert/strict';
import { ApiClient, CONVERSATIONS } from '../../support/api-client.js';
import { rawExchange, type RawAnswer } from '../../support/raw-exchange.js';
import { AnswerRules } from './answer-rules.js';
import { bytesOf } from './request-bytes.js';
import type { FuzzRequest } from './requests.js';
import { World, type Person } from './world.js';

/** Milliseconds after which a request that was whole has no answer any more. */
const PATIENCE = 5_000;
/** Milliseconds after which a client that sent something else hangs up. */
const IMPATIENCE = 60;

const LARGEST_BODY = 2 ** 20;

/** Requests by several users to a service, and what must hold for each answer. */
export class Attack {
  sent = 0;
  private readonly world = new World();
  private readonly port: number;
  private readonly seen = new Set<number>();
  private readonly succeeded = new Set<string>();
  private kept = '';

  private constructor(
    private readonly url: string,
    private readonly rules: AnswerRules,
  ) {
    this.port = Number(new URL(url).port);
  }

  /** With a victim who has something to lose. */
  static async on(url: string): Promise<Attack> {
    const description = await fetch(`${url}/api/openapi.json`);
    const attack = new Attack(url, new AnswerRules((await description.json()) as never));
    const { mark, ids } = attack.world.victim;
    const client = attack.victimClient();
    for (const title of ['a', 'b', 'c']) {
      const draft = { title: `${mark} ${title}`, messages: [{ content: mark }, { content: mark }] };
      ids.push((await client.post(CONVERSATIONS, draft)).body.id);
    }
    const page = await client.get(`${CONVERSATIONS}?limit=1`);
    attack.world.victim.cursor = page.body.nextCursor ?? '';
    attack.kept = await attack.everythingOfVictim();
    return attack;
  }

  async send(request: FuzzRequest): Promise<void> {
    this.sent++;
    const { caller, method } = request;
    const token = caller && this.world.of(caller).token;
    const fill = (text: string): string => this.world.fill(text, caller);
    const target = fill(request.target);
    const bytes = bytesOf({ ...request, target }, token, fill);
    const isWhole = !['short', 'long', 'both'].includes(request.framing) && isPlain(request);
    const isHead = method === 'HEAD';
    const patience = isWhole ? PATIENCE : IMPATIENCE;
    const answers = await rawExchange(this.port, bytes, { patience, isHead });
    explained(bytes, answers, () => {
      for (const answer of answers) {
        this.seen.add(answer.status);
        this.rules.check(answer, isHead);
        this.expectNobodyElses(caller && this.world.of(caller), answer);
      }
      if (isWhole) this.checkOnly(request, target, answers);
    });
  }

  /** Bytes of which nobody can say what they ask for: `<token>` in them is a caller's. */
  async sendRaw(template: Buffer): Promise<void> {
    this.sent++;
    const alice = this.world.of('alice');
    const text = this.world.fill(template.toString('latin1'), 'alice');
    const bytes = Buffer.from(text.replaceAll('<token>', alice.token), 'latin1');
    const answers = await rawExchange(this.port, bytes, { patience: IMPATIENCE });
    explained(bytes, answers, () => {
      for (const answer of answers) {
        this.seen.add(answer.status);
        this.rules.check(answer);
        this.expectNobodyElses(alice, answer);
      }
    });
  }

  /** The service is there, and answers somebody who asks for what is theirs. */
  async expectService(): Promise<void> {
    const [id] = this.world.victim.ids;
    const { status, body } = await this.victimClient().get(`${CONVERSATIONS}/${id}`);
    assert.deepEqual([status, body.id, body.version, body.messageCount], [200, id, 1, 2]);
  }

  async expectVictimUntouched(): Promise<void> {
    assert.equal(await this.everythingOfVictim(), this.kept);
  }

  operations(): string[] {
    return this.rules.operations.map(({ name }) => name).sort();
  }

  operationsWithSuccess(): string[] {
    return [...this.succeeded].sort();
  }

  statuses(): number[] {
    return [...this.seen].sort();
  }

  /** What no log may hold. */
  secrets(): string[] {
    return this.world.secrets;
  }

  /** There is one answer, and the description has it. */
  private checkOnly(request: FuzzRequest, target: string, answers: readonly RawAnswer[]): void {
    const { caller, method, body = '' } = request;
    // What is too large is cut off while it is sent, and the answer may be lost.
    if (answers.length === 0 && body.length > LARGEST_BODY) return;
    assert.equal(answers.length, 1, 'There is not one answer.');
    const { status, headers, text } = answers[0] as RawAnswer;
    const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
    const operation = this.rules.operationOf(method, target);
    this.rules.checkStatus(operation, status, caller !== undefined);
    if (operation && status < 300) this.succeeded.add(operation.name);
    if (status < 300 && isJson) this.world.learn(caller, target, text);
  }

  private expectNobodyElses(person: Person | undefined, { text }: RawAnswer): void {
    for (const mark of this.world.marks) {
      assert.ok(mark === person?.mark || !text.includes(mark), 'It shows what is somebody else’s.');
    }
  }

  private victimClient(): ApiClient {
    return new ApiClient(this.url, this.world.victim.token);
  }

  private async everythingOfVictim(): Promise<string> {
    const { text } = await this.victimClient().get(`${CONVERSATIONS}/export`);
    // Who asks for it every now and then puts off its end.
    const lines = text.replaceAll(/"(lastAccessedAt|expiresAt)":"[^"]*"/g, '').split('\n');
    return lines.sort().join('\n');
  }
}

/** A request that a router sees as it is meant: no header of it stands in the way. */
function isPlain({ method, target, headers, contentType }: FuzzRequest): boolean {
  return (
    /^[A-Z]+$/.test(method) &&
    method !== 'CONNECT' &&
    /^\/[!-$&-~]*$/.test(target) &&
    [...headers.values()].every(([name]) => !['Expect', 'X-Big', 'Upgrade'].includes(name)) &&
    (contentType?.length ?? 0) < 100 &&
    target.length < 8_000
  );
}

/** Says of a failed check what was sent, and what came back. */
function explained(bytes: Buffer, answers: readonly RawAnswer[], check: () => void): void {
  try {
    check();
  } catch (cause) {
    const request = JSON.stringify(bytes.toString('latin1', 0, 1_500));
    const came = JSON.stringify(answers.map(({ status, text }) => [status, text.slice(0, 500)]));
    throw new Error(`${(cause as Error).message}\nSent ${request}\nGot ${came}`, { cause });
  }
}
