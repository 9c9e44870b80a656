import type { TestTopology } from '../support/redis-topologies.js';

/** What an operator would set to reach these servers. */
export function environmentOf({
  options: { topology },
}: Pick<TestTopology, 'options'>): Record<string, string> {
  const nodes = topology.mode === 'standalone' ? [topology.node] : topology.nodes;
  return {
    REDIS_MODE: topology.mode,
    REDIS_NODES: nodes.map(({ host, port }) => `${host}:${port}`).join(','),
    ...(topology.mode === 'sentinel' && {
      REDIS_SENTINEL_NAME: topology.primary,
      ...(topology.password !== undefined && { REDIS_SENTINEL_PASSWORD: topology.password }),
    }),
  };
}
