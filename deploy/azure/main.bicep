// Identity Web on Azure Container Apps, with sessions in Azure Managed Redis and no client secret: a managed identity is
// the credential of the app registration. README.md lists what you need first, and how to deploy it.

targetScope = 'resourceGroup'

@description('The name of the container app, and the prefix of the other names.')
@minLength(4)
@maxLength(32)
param name string = 'identity-web'

param location string = resourceGroup().location

@description('The container registry in this resource group with the two images.')
param registryName string

@description('The image of Identity Web in that registry.')
param image string = 'identity-web:0.1.0'

@description('An image in that registry with curl and a shell.')
param curlImage string = 'curl:8.16.0'

@description('The key vault in this resource group with the session keys.')
param keyVaultName string

@description('The secret in that vault: keys from identity-web new-key, one per line; the first seals, all open.')
param sessionKeysSecret string = 'session-keys'

@description('The application (client) id of the app registration.')
param clientId string

@description('The tenant whose users may sign in.')
param tenantId string = tenant().tenantId

@description('The URL that browsers use. If unset, the address that Container Apps assigns.')
param publicUrl string = ''

param redisSku string = 'Balanced_B0'

@description('The access key to use. Change it before you regenerate the other one.')
@allowed(['primary', 'secondary'])
param redisKey string = 'primary'

@minValue(2)
@maxValue(300)
param maxReplicas int = 10

// The audience that Entra requires in a client assertion, in each cloud.
var audiences = {
  AzureCloud: 'api://AzureADTokenExchange'
  AzureUSGovernment: 'api://AzureADTokenExchangeUSGov'
  AzureChinaCloud: 'api://AzureADTokenExchangeChina'
}
var audience = audiences[az.environment().name]
// The networks from which the ingress of an environment with workload profiles connects. Container Apps reserves them, so
// no virtual network can overlap them. The ingress overwrites X-Forwarded-For.
var ingressNetworks = '100.100.0.0/17,100.100.128.0/19,100.100.160.0/19,100.100.192.0/19'
var redisPort = 10000
var url = empty(publicUrl) ? 'https://${name}.${apps.properties.defaultDomain}' : publicUrl
var acrPull = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')
var keyVaultSecretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: registryName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: keyVaultName
}

resource sessionKeys 'Microsoft.KeyVault/vaults/secrets@2023-07-01' existing = {
  parent: vault
  name: sessionKeysSecret
}

// The app registration trusts this identity. Its only other permissions are to read the images and the session keys.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
}

resource readsImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, identity.id, acrPull)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: acrPull
  }
}

resource readsSessionKeys 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: sessionKeys
  name: guid(sessionKeys.id, identity.id, keyVaultSecretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: keyVaultSecretsUser
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: name
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: ['10.90.0.0/24']
    }
    subnets: [
      {
        name: 'apps'
        properties: {
          addressPrefix: '10.90.0.0/25'
          delegations: [
            {
              name: 'apps'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'redis'
        properties: {
          addressPrefix: '10.90.0.128/28'
        }
      }
    ]
  }

  resource appsSubnet 'subnets' existing = {
    name: 'apps'
  }

  resource redisSubnet 'subnets' existing = {
    name: 'redis'
  }
}

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: '${name}-${uniqueString(resourceGroup().id)}'
  location: location
  sku: {
    name: redisSku
  }
  properties: {
    highAvailability: 'Enabled'
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: redis
  name: 'default'
  properties: {
    accessKeysAuthentication: 'Enabled'
    clientProtocol: 'Encrypted'
    // Sessions need no more than one shard.
    clusteringPolicy: 'NoCluster'
    // Users whose session is evicted are signed out. With NoEviction, writes fail instead.
    evictionPolicy: 'NoEviction'
    port: redisPort
  }
}

resource redisEndpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: '${name}-redis'
  location: location
  properties: {
    subnet: {
      id: network::redisSubnet.id
    }
    privateLinkServiceConnections: [
      {
        name: 'redis'
        properties: {
          privateLinkServiceId: redis.id
          groupIds: ['redisEnterprise']
        }
      }
    ]
  }

  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: 'redis'
          properties: {
            privateDnsZoneId: redisZone.id
          }
        }
      ]
    }
  }
}

resource redisZone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.redis.azure.net'
  location: 'global'

  resource link 'virtualNetworkLinks' = {
    name: name
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: name
  location: location
  properties: {
    retentionInDays: 30
    sku: {
      name: 'PerGB2018'
    }
  }
}

resource apps 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: name
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: logs.properties.customerId
        sharedKey: logs.listKeys().primarySharedKey
      }
    }
    vnetConfiguration: {
      infrastructureSubnetId: network::appsSubnet.id
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
  }
}

// Shared by the two containers that fetch the token. Container Apps adds the endpoint.
var tokenContainer = {
  image: '${registry.properties.loginServer}/${curlImage}'
  command: ['/bin/sh', '-c', loadTextContent('federated-token.sh')]
  env: [
    { name: 'MANAGED_IDENTITY_CLIENT_ID', value: identity.properties.clientId }
    { name: 'TOKEN_AUDIENCE', value: audience }
    { name: 'TOKEN_FILE', value: '/federation/token' }
  ]
  resources: {
    cpu: json('0.25')
    memory: '0.5Gi'
  }
  volumeMounts: [
    { volumeName: 'federation', mountPath: '/federation' }
  ]
}

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    environmentId: apps.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      // The operations port, 5100, has no ingress: only the probes use it.
      ingress: {
        external: true
        targetPort: 5000
        transport: 'http'
        allowInsecure: false
      }
      registries: [
        { server: registry.properties.loginServer, identity: identity.id }
      ]
      secrets: [
        { name: 'session-keys', keyVaultUrl: sessionKeys.properties.secretUri, identity: identity.id }
        {
          name: 'redis-url'
          value: 'rediss://:${uriComponent(redisKey == 'primary' ? database.listKeys().primaryKey : database.listKeys().secondaryKey)}@${redis.properties.hostName}:${redisPort}/'
        }
      ]
    }
    template: {
      // Longer than server.shutdown_grace_seconds.
      terminationGracePeriodSeconds: 30
      // Fetches the token before the application starts.
      initContainers: [
        union(tokenContainer, { name: 'first-token', args: ['federated-token', 'once'] })
      ]
      containers: [
        {
          name: 'identity-web'
          image: '${registry.properties.loginServer}/${image}'
          env: [
            { name: 'IDENTITY_WEB__TYPE__AUTHORITY_TYPE', value: 'SINGLE_TENANT' }
            { name: 'IDENTITY_WEB__CLIENT__CLIENT_ID', value: clientId }
            { name: 'IDENTITY_WEB__CLIENT__AUTHORITY', value: '${az.environment().authentication.loginEndpoint}${tenantId}' }
            { name: 'IDENTITY_WEB__CLIENT__CLIENT_CREDENTIAL__FEDERATED_TOKEN_FILE', value: '/federation/token' }
            { name: 'IDENTITY_WEB__SERVER__PUBLIC_URL', value: url }
            { name: 'IDENTITY_WEB__SERVER__TRUSTED_PROXIES', value: ingressNetworks }
            { name: 'IDENTITY_WEB__SERVER__WORKERS', value: '2' }
            { name: 'IDENTITY_WEB__SERVER__SHUTDOWN_GRACE_SECONDS', value: '20' }
            { name: 'IDENTITY_WEB__TLS__MODE', value: 'off' }
            { name: 'IDENTITY_WEB__SESSION__KEYS_FILE', value: '/secrets/session_keys' }
            { name: 'IDENTITY_WEB__REDIS__URL_FILE', value: '/secrets/redis_url' }
          ]
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/health/live', port: 5100 }
              periodSeconds: 1
              failureThreshold: 10
            }
            {
              type: 'Liveness'
              httpGet: { path: '/health/live', port: 5100 }
              periodSeconds: 10
              timeoutSeconds: 3
            }
            {
              // Fails while Redis is unavailable.
              type: 'Readiness'
              httpGet: { path: '/health/ready', port: 5100 }
              periodSeconds: 5
              timeoutSeconds: 3
              failureThreshold: 2
            }
          ]
          volumeMounts: [
            { volumeName: 'secrets', mountPath: '/secrets' }
            { volumeName: 'federation', mountPath: '/federation' }
          ]
        }
        // Keeps the token up to date.
        union(tokenContainer, { name: 'fresh-token', args: ['federated-token'] })
      ]
      volumes: [
        {
          name: 'secrets'
          storageType: 'Secret'
          secrets: [
            { secretRef: 'session-keys', path: 'session_keys' }
            { secretRef: 'redis-url', path: 'redis_url' }
          ]
        }
        // In the replica's memory or disk, deleted with the replica.
        { name: 'federation', storageType: 'EmptyDir' }
      ]
      scale: {
        minReplicas: 2
        maxReplicas: maxReplicas
        rules: [
          {
            name: 'requests'
            http: {
              metadata: { concurrentRequests: '100' }
            }
          }
        ]
      }
    }
  }
  dependsOn: [readsImages, readsSessionKeys, redisEndpoint::names, redisZone::link]
}

@description('Register these as redirect URIs of the platform Web.')
output redirectUris array = ['${url}/auth/redirect', '${url}/auth/post_sign_out']

@description('The federated credential that the app registration needs.')
output federatedCredential object = {
  name: name
  issuer: '${az.environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: identity.properties.principalId
  audiences: [audience]
}

output url string = url
