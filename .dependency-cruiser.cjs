/** The one way in which imports point: HOUSE rules that a reader can rely on. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-imports-nothing',
      comment: 'The domain is what everything else speaks of.',
      severity: 'error',
      from: { path: '^src/domain' },
      to: { pathNot: '^src/domain' },
    },
    {
      name: 'drivers-behind-the-port',
      comment: 'Only the store module and the configuration know that there are drivers.',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/(store|config|index)|\\.spec\\.ts$' },
      to: { path: '^src/store/(memory|redis)' },
    },
    {
      name: 'redis-client-in-its-driver',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/store/redis' },
      to: { path: 'node_modules/(ioredis|cluster-key-slot)' },
    },
    {
      name: 'store-knows-no-http',
      severity: 'error',
      from: { path: '^src/store' },
      to: { path: '^src/(auth|conversations|health|http|problems|app)' },
    },
    {
      name: 'environment-is-read-in-config',
      comment: 'The rest of the service gets the typed values of config/app-config.',
      severity: 'error',
      from: {
        path: '^src',
        pathNot: '^src/(config|app\\.module|app\\.setup|main|index|cli|health/drain)',
      },
      to: { path: '^src/config' },
    },
    {
      name: 'contract-needs-the-public-face-only',
      comment: 'A team with a driver of its own runs this suite against the package.',
      severity: 'error',
      from: { path: '^test/contract' },
      to: { pathNot: '^(test/contract|src/index|node:|assert|crypto)' },
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
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
    },
    exclude: { path: '^dist' },
  },
};
