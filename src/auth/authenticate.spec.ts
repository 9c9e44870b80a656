import { expect, it } from '@jest/globals';
import { Strategy } from 'passport';
import { authenticate } from './authenticate.js';

interface NamedRequest {
  readonly user: string;
}

/** Settles when the test says so. */
class SlowStrategy extends Strategy {
  readonly settles: (() => void)[] = [];

  override authenticate(request: unknown): void {
    const { user } = request as NamedRequest;
    this.settles.push(() => (user === '' ? this.fail('nobody') : this.success({ user })));
  }
}

it('gives each request its own user, whichever of them is known first', async () => {
  const strategy = new SlowStrategy();
  const users = ['ada', '', 'bob'];
  const found = users.map((user) => authenticate(strategy, { user }, {}));
  for (const settle of strategy.settles.toReversed()) settle();
  expect(await Promise.all(found)).toEqual([
    { user: { user: 'ada' }, info: undefined },
    { user: false, info: 'nobody' },
    { user: { user: 'bob' }, info: undefined },
  ]);
});
