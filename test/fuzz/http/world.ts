import { randomUUID } from 'node:crypto';
import { aToken, type TestUser } from '../../support/token.js';

export const CALLERS = ['alice', 'namesake', 'service'] as const;
export type CallerName = (typeof CALLERS)[number];

/** Somebody who sends requests, and what is known of them from the answers so far. */
export interface Person {
  readonly token: string;
  /** In the tenant's name, and in what is written: nobody else's answer may hold it. */
  readonly mark: string;
  readonly ids: string[];
  /** The latest turn, as the path behind all conversations. */
  turn: string;
  cursor: string;
}

/** Who takes part: three who send whatever they like, and one whom they are not to reach. */
export class World {
  readonly victim = person('alice');
  private readonly callers: Readonly<Record<CallerName, Person>> = {
    alice: person('alice'),
    namesake: person('alice'),
    service: person('service', ['Conversations.Service']),
  };

  of(name: CallerName): Person {
    return this.callers[name];
  }

  get marks(): string[] {
    return [this.victim, ...Object.values(this.callers)].map(({ mark }) => mark);
  }

  /** What no log may hold: marks stand for all content, and are in every message and title. */
  get secrets(): string[] {
    const people = [this.victim, ...Object.values(this.callers)];
    return people.flatMap(({ mark, token }) => [mark, token]);
  }

  /**
   * Puts what is known by now in place of its names. One in capitals is of another's: an id of the
   * victim's, say.
   */
  fill(text: string, caller: CallerName | undefined): string {
    const own = caller && this.callers[caller];
    const id = own?.ids.at(-1) ?? randomUUID();
    return text
      .replaceAll('<id>', id)
      .replaceAll('<older>', own?.ids.at(-5) ?? id)
      .replaceAll('<ID>', this.victim.ids[0] as string)
      .replaceAll('<turn>', own?.turn ?? `${id}/turns/${randomUUID()}`)
      .replaceAll('<cursor>', own?.cursor ?? '')
      .replaceAll('<CURSOR>', this.victim.cursor)
      .replaceAll('<mark>', own?.mark ?? 'nobody');
  }

  /** What an answer to this caller tells about what there is. */
  learn(caller: CallerName | undefined, target: string, text: string): void {
    const own = caller && this.callers[caller];
    if (!own || text === '') return;
    const body = JSON.parse(text) as {
      id?: string;
      conversationId?: string;
      nextCursor?: string;
      turnId?: string;
    };
    const id = body.id ?? body.conversationId;
    if (id && own.ids.at(-1) !== id) own.ids.push(id);
    const turns = /[^/]+\/turns(?=$|\?)/.exec(target)?.[0];
    if (body.turnId && turns) own.turn = `${turns}/${body.turnId}`;
    if (body.nextCursor) own.cursor = body.nextCursor;
  }
}

function person(sub: string, roles: NonNullable<TestUser['roles']> = []): Person {
  const mark = `mark-${randomUUID()}`;
  const turn = `${randomUUID()}/turns/${randomUUID()}`;
  return { token: aToken({ sub, tid: mark, roles }), mark, ids: [], turn, cursor: '' };
}
