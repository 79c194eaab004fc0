// The bodies of the requests, in Microsoft's own types of Graph v1.0 (generated from its metadata). What the reference
// calls read-only is left out, and so is what is set by requests of its own: such a body is refused.
import type * as graph from '@microsoft/microsoft-graph-types';

type ReadOnly = 'id' | 'deletedDateTime' | 'createdDateTime' | 'publisherDomain' | 'uniqueName' | 'certification'
  | 'disabledByMicrosoftStatus' | 'applicationTemplateId' | 'passwordCredentials' | 'verifiedPublisher' | 'appId';
type ApplicationRelations = 'appManagementPolicies' | 'createdOnBehalfOf' | 'extensionProperties'
  | 'federatedIdentityCredentials' | 'homeRealmDiscoveryPolicies' | 'owners' | 'synchronization'
  | 'tokenIssuancePolicies' | 'tokenLifetimePolicies';

export interface ApplicationBody extends Omit<graph.Application, ReadOnly | ApplicationRelations> {}

export interface ServicePrincipalBody extends Pick<graph.ServicePrincipal, 'accountEnabled' | 'appRoleAssignmentRequired'
  | 'description' | 'displayName' | 'loginUrl' | 'notes' | 'preferredSingleSignOnMode' | 'tags'> {}

export interface AddPasswordBody {
  passwordCredential?: Omit<graph.PasswordCredential, 'keyId' | 'hint' | 'secretText' | 'customKeyIdentifier'>;
}

export interface RemovePasswordBody {
  keyId: string;
}

export interface FederatedIdentityCredentialBody extends Omit<graph.FederatedIdentityCredential, 'id' | 'name'> {
  audiences: string[];
  issuer: string;
  subject: string;
}

export interface ReferenceBody {
  '@odata.id': string;
}
