import { it } from '@jest/globals';
it('cost', async () => {
  const t0 = performance.now();
  const { expectDescribed } = await import('../support/expect-described.js');
  const t1 = performance.now();
  const answer = { method: 'DELETE', path: '/api/v1/conversations', status: 200, headers: new Map([['content-type', 'application/json']]), text: '{"deleted":1}' };
  expectDescribed(answer);
  const t2 = performance.now();
  for (let i = 0; i < 1000; i++) expectDescribed(answer);
  const t3 = performance.now();
  process.stderr.write(`import ${t1 - t0} first ${t2 - t1} each ${(t3 - t2) / 1000}\n`);
});
