/** What each folder of src may import of the others: docs/architecture.md shows the same table. */
const MAY_IMPORT = {
  domain: [],
  validation: [],
  http: ['validation'],
  bounds: ['domain', 'http'],
  observation: [],
  store: ['domain', 'observation'],
  auth: ['domain'],
  problems: ['auth', 'domain', 'http', 'store', 'validation'],
  config: ['auth', 'bounds', 'conversations', 'domain', 'store', 'turns', 'validation'],
  messages: ['auth', 'domain', 'store'],
  api: ['domain', 'http', 'messages', 'problems', 'store', 'validation'],
  conversations: [
    'api',
    'auth',
    'bounds',
    'domain',
    'http',
    'messages',
    'problems',
    'store',
    'validation',
  ],
  turns: ['api', 'auth', 'bounds', 'domain', 'http', 'messages', 'problems', 'store', 'validation'],
  health: ['auth', 'config', 'store'],
  admission: ['auth', 'config', 'domain', 'health', 'http', 'problems'],
  'rate-limits': ['auth', 'config', 'domain', 'http', 'observation', 'store'],
  cli: ['auth', 'config', 'domain', 'store'],
};

const layers = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  name: `${folder}-imports-${others.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...others].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'drivers-behind-the-port',
      comment: 'Only the store module and the configuration know the drivers.',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/(store|config|index)|\\.spec\\.ts$' },
      to: { path: '^src/store/(memory|redis|postgres|tiered)/' },
    },
    {
      name: 'drivers-know-no-other-driver',
      severity: 'error',
      from: { path: '^src/store/(memory|redis|postgres)/' },
      to: { path: '^src/store/(memory|redis|postgres|tiered)/', pathNot: '^src/store/$1/' },
    },
    {
      name: 'shared-codecs-know-no-driver',
      severity: 'error',
      from: { path: '^src/store/codecs/' },
      to: { path: '^src/store/[^/]+/', pathNot: '^src/store/(codecs|sealing)/' },
    },
    {
      name: 'codecs-know-neither-connection-nor-store',
      severity: 'error',
      from: { path: '^src/store/redis/codecs/' },
      to: { path: '^src/store/redis/', pathNot: '^src/store/redis/codecs/' },
    },
    {
      name: 'connection-runs-any-script',
      comment:
        'It knows the interface of a script, and neither the scripts, the codecs nor the store.',
      severity: 'error',
      from: { path: '^src/store/redis/connection/' },
      to: {
        path: '^src/store/redis/',
        pathNot: '^src/store/redis/(connection/|script-connection\\.ts)',
      },
    },
    {
      name: 'store-takes-any-connection',
      comment: 'Only the factory and the options know both.',
      severity: 'error',
      from: {
        path: '^src/store/redis/[^/]+$',
        pathNot: '^src/store/redis/(open-redis-store|redis\\.options)\\.ts$',
      },
      to: { path: '^src/store/redis/connection/' },
    },
    {
      name: 'postgres-connection-runs-any-statement',
      comment: 'It knows neither the statements nor the store.',
      severity: 'error',
      from: { path: '^src/store/postgres/connection/' },
      to: { path: '^src/store/postgres/', pathNot: '^src/store/postgres/connection/' },
    },
    {
      name: 'postgres-client-in-its-driver',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/store/postgres' },
      to: { path: 'node_modules/(pg|kysely)/' },
    },
    {
      name: 'redis-client-in-its-driver',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/store/redis' },
      to: { path: 'node_modules/(ioredis|cluster-key-slot)' },
    },
    {
      name: 'contract-needs-the-public-face-only',
      comment: 'A team that writes a driver runs this suite against the package.',
      severity: 'error',
      from: { path: '^test/contract' },
      to: { pathNot: '^(test/contract|src/index|node:|assert|crypto)' },
    },
    {
      name: 'examples-need-the-public-face-only',
      comment: 'They use the service as a team does that installs the package.',
      severity: 'error',
      from: { path: '^examples' },
      to: { path: '^(src|test)/', pathNot: '^src/index\\.ts$' },
    },
    {
      name: 'page-knows-the-api-alone',
      severity: 'error',
      from: { path: '^examples/web-chat' },
      to: { path: '^(src|examples/(?!web-chat))|conversation-store' },
    },
    {
      name: 'no-development-packages-in-the-service',
      severity: 'error',
      from: { path: '^src', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src', pathNot: '(main|index|\\.spec)\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json'],
    },
    exclude: { path: '^(examples/)?dist|^examples/.*/dist/' },
  },
};
