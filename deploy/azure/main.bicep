// The parts of Azure that Conversation Store needs, whatever runs its containers: an identity, Azure Managed
// Redis and Azure Database for PostgreSQL, both without passwords; and a workspace for their logs, if wanted.
//
// Checked: a test of this repository (test/deploy/azure-bicep.spec.ts) reads this file. Brackets and quotes
// close, every parameter and variable is used and declared, every resource has an API version, and the settings
// on which the service depends are there. The names of properties come from excerpts of Microsoft's reference
// and from public examples, and were not compared with the whole reference.
// Never done: this file was never compiled by Bicep, never validated by Azure, and never deployed. Run
// `az deployment group what-if` first, and read its answer. It makes no network: see `publicAccess`.

targetScope = 'resourceGroup'

@description('Every name begins with it.')
@minLength(3)
@maxLength(20)
param name string

param location string = resourceGroup().location

@description('OSSCluster: set REDIS_MODE=cluster. EnterpriseCluster: set REDIS_MODE=standalone.')
@allowed(['OSSCluster', 'EnterpriseCluster'])
param redisClusteringPolicy string = 'OSSCluster'

@description('Size of the Redis. Reckon with docs/scaling.md.')
param redisSku string = 'Balanced_B1'

@description('Size of the PostgreSQL.')
param postgresSku string = 'Standard_D2ds_v5'

param postgresTier string = 'GeneralPurpose'

param postgresStorageGB int = 64

@description('The object id of the person or group that administers PostgreSQL, and makes the role of the service.')
param postgresAdminObjectId string

@description('The name of that person (user principal name) or group.')
param postgresAdminName string

@allowed(['User', 'Group', 'ServicePrincipal'])
param postgresAdminType string = 'Group'

@description('Disabled needs private endpoints, which this file does not make.')
@allowed(['Enabled', 'Disabled'])
param publicAccess string = 'Disabled'

@description('Whether to make a Log Analytics workspace, and send it the metrics of Redis and PostgreSQL.')
param withLogs bool = false

var databaseName = 'conversations'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
}

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: '${name}-redis'
  location: location
  sku: {
    name: redisSku
  }
  properties: {
    highAvailability: 'Enabled'
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicAccess
  }
}

resource redisDatabase 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: redis
  name: 'default'
  properties: {
    accessKeysAuthentication: 'Disabled'
    clientProtocol: 'Encrypted'
    clusteringPolicy: redisClusteringPolicy
    // The default is VolatileLRU. Every key of the service has a deadline, so that would delete conversations.
    evictionPolicy: 'NoEviction'
    port: 10000
    persistence: {
      aofEnabled: true
      aofFrequency: '1s'
    }
  }
}

resource redisAccess 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01' = {
  parent: redisDatabase
  name: 'conversationstore'
  properties: {
    // The only policy that there is.
    accessPolicyName: 'default'
    user: {
      objectId: identity.properties.principalId
    }
  }
}

resource postgres 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' = {
  name: '${name}-postgres'
  location: location
  sku: {
    name: postgresSku
    tier: postgresTier
  }
  properties: {
    version: '16'
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenant().tenantId
    }
    storage: {
      storageSizeGB: postgresStorageGB
      autoGrow: 'Enabled'
    }
    backup: {
      backupRetentionDays: 14
      geoRedundantBackup: 'Disabled'
    }
    highAvailability: {
      mode: 'ZoneRedundant'
    }
    network: {
      publicNetworkAccess: publicAccess
    }
  }
}

resource postgresTls 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2024-08-01' = {
  parent: postgres
  name: 'require_secure_transport'
  properties: {
    value: 'ON'
    source: 'user-override'
  }
}

// A server changes one thing at a time: what follows waits for what is before it.
resource postgresDatabase 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2024-08-01' = {
  parent: postgres
  name: databaseName
  properties: {
    charset: 'UTF8'
    collation: 'en_US.utf8'
  }
  dependsOn: [postgresTls]
}

resource postgresAdmin 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2024-08-01' = {
  parent: postgres
  name: postgresAdminObjectId
  properties: {
    principalName: postgresAdminName
    principalType: postgresAdminType
    tenantId: tenant().tenantId
  }
  dependsOn: [postgresDatabase]
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = if (withLogs) {
  name: '${name}-logs'
  location: location
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: 30
  }
}

resource redisMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (withLogs) {
  scope: redis
  name: 'to-workspace'
  properties: {
    workspaceId: logs.id
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource postgresMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (withLogs) {
  scope: postgres
  name: 'to-workspace'
  properties: {
    workspaceId: logs.id
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

// The variables of the service.
output AZURE_CLIENT_ID string = identity.properties.clientId
output REDIS_USERNAME string = identity.properties.principalId
output REDIS_MODE string = redisClusteringPolicy == 'OSSCluster' ? 'cluster' : 'standalone'
output REDIS_TLS_SERVERNAME string = redis.properties.hostName
output REDIS_URL string = 'rediss://${redis.properties.hostName}:${redisDatabase.properties.port}'
output DATABASE_URL string = 'postgres://${identity.name}@${postgres.properties.fullyQualifiedDomainName}/${databaseName}?sslmode=verify-full'
