// The directory of the double: what Graph keeps, and the rules by which it changes.
import { X509Certificate, randomBytes, randomUUID } from 'node:crypto';

import Ajv from 'ajv';

import schemas from './schemas.json' with { type: 'json' };

export const TENANT = '11111111-2222-4333-8444-555555555555';
export const ADA = 'aaaaaaaa-0000-4000-8000-00000000ada0';
const AUDIENCES = ['AzureADMyOrg', 'AzureADMultipleOrgs', 'AzureADandPersonalMicrosoftAccount', 'PersonalMicrosoftAccount'];
const WEB = { redirectUris: [], homePageUrl: null, logoutUrl: null,
  implicitGrantSettings: { enableIdTokenIssuance: false, enableAccessTokenIssuance: false } };

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const validators = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, ajv.compile(schema)]));

/** What Graph refuses with. */
export class Refusal extends Error {
  constructor(status, code, message, details) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}

const bad = (message, details) => new Refusal(400, 'Request_BadRequest', message, details);
export const missing = (id) => new Refusal(404, 'Request_ResourceNotFound',
  `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`);

export class Directory {
  /** Objects that are not known everywhere yet, with how many requests will not find them. */
  #unseen = new WeakMap();

  /** `lag`: how many requests for an object answer 404 after it was made. */
  constructor({ lag = 0, applications = [], me = ADA }) {
    Object.assign(this, { lag, me, violations: [], secrets: {} });
    this.applications = applications.map((one) => this.#application(one.uniqueName ?? null, one));
    this.servicePrincipals = [];
    this.deleted = [];
  }

  /** Checks a body against Graph's schema of it. */
  check(schema, body) {
    const valid = validators[schema];
    if (valid(body)) return body;
    const message = valid.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`).join('; ');
    this.violations.push(`${schema}: ${message}`);
    throw bad(`Invalid request body: ${message}`);
  }

  /** An application by `id`, `appId` or `uniqueName`, once it has been replicated. */
  application(key, value) {
    const found = this.applications.find((one) => one[key] === value);
    return this.#replicated(found, value);
  }

  #replicated(object, name) {
    if (object === undefined || this.#isUnseen(object)) throw missing(name);
    return object;
  }

  #isUnseen(object) {
    const left = this.#unseen.get(object) ?? 0;
    this.#unseen.set(object, left - 1);
    return left > 0;
  }

  /** From now on everything is known everywhere. */
  settle() {
    this.#unseen = new WeakMap();
  }

  #application(uniqueName, body) {
    return {
      id: randomUUID(), appId: randomUUID(), uniqueName, deletedDateTime: null, displayName: null,
      signInAudience: 'AzureADMyOrg', tags: [], appRoles: [], keyCredentials: [], passwordCredentials: [],
      requiredResourceAccess: [], optionalClaims: null, api: { requestedAccessTokenVersion: null },
      ...body, web: { ...WEB, ...body.web }, owners: body.owners ?? [], federations: [],
    };
  }

  /** Gives the application, or undefined where it was there. */
  upsertApplication(uniqueName, body, creates) {
    this.check('ApplicationBody', body);
    const found = this.applications.find((one) => one.uniqueName === uniqueName);
    if (found) return void this.#change(found, body);
    if (!creates) throw missing(uniqueName);
    if (!body.displayName) throw bad('A value is required for property \'displayName\' of resource \'Application\'.');
    if (this.deleted.some((one) => one.uniqueName === uniqueName)) {
      const message = 'Another object with the same value for property uniqueName already exists.';
      throw bad(message, [{ code: 'ObjectConflict', message, target: 'uniqueName' }]);
    }
    const made = this.#application(uniqueName, {});
    this.#change(made, body);
    made.owners = this.me ? [this.me] : [];
    this.#unseen.set(made, this.lag);
    this.applications.push(made);
    return made;
  }

  updateApplication(id, body) {
    this.check('ApplicationBody', body);
    this.#change(this.application('id', id), body);
  }

  #change(application, body) {
    const audience = body.signInAudience ?? application.signInAudience;
    if (!AUDIENCES.includes(audience)) throw bad(`Invalid value specified for property 'signInAudience'.`);
    const version = body.api?.requestedAccessTokenVersion ?? application.api.requestedAccessTokenVersion;
    if (audience.includes('Personal') && version !== 2) {
      throw bad('Property api.requestedAccessTokenVersion is invalid: it must be 2 for this signInAudience.');
    }
    for (const uri of [...body.web?.redirectUris ?? [], body.web?.logoutUrl ?? 'https://none']) {
      const url = new URL(uri);
      const local = ['localhost', '127.0.0.1'].includes(url.hostname);
      if (url.protocol !== 'https:' && !local) throw bad(`Invalid value specified for property 'redirectUris': ${uri}`);
    }
    if (new Set(body.web?.redirectUris ?? []).size !== (body.web?.redirectUris ?? []).length) throw bad('Duplicate URI.');
    const keys = body.keyCredentials?.map((key) => this.#key(application, key));
    Object.assign(application, body, body.web && { web: { ...application.web, ...body.web } },
      body.api && { api: { ...application.api, ...body.api } }, keys && { keyCredentials: keys });
  }

  #key(application, key) {
    const held = application.keyCredentials.find((one) => one.keyId === key.keyId);
    if (held) {
      if (JSON.stringify({ ...held, ...key }) === JSON.stringify(held)) return held;
      throw bad(`Update to existing credential with KeyId '${key.keyId}' is not allowed.`);
    }
    if (key.type !== 'AsymmetricX509Cert' || key.usage !== 'Verify' || !key.key) throw bad('New key credential is invalid.');
    const certificate = new X509Certificate(Buffer.from(key.key, 'base64'));
    if (new Date(key.endDateTime) > certificate.validToDate) throw bad('Key credential end date is invalid.');
    const thumbprint = Buffer.from(certificate.fingerprint.replaceAll(':', ''), 'hex').toString('base64');
    return { ...key, keyId: randomUUID(), customKeyIdentifier: thumbprint };
  }

  deleteApplication(id) {
    const application = this.application('id', id);
    const principal = this.servicePrincipals.find((one) => one.appId === application.appId);
    this.applications = this.applications.filter((one) => one !== application);
    this.servicePrincipals = this.servicePrincipals.filter((one) => one !== principal);
    this.deleted.push({ ...application, kind: 'application' }, ...(principal ? [{ ...principal, kind: 'servicePrincipal' }] : []));
  }

  purge(id) {
    if (!this.deleted.some((one) => one.id === id)) throw missing(id);
    this.deleted = this.deleted.filter((one) => one.id !== id);
  }

  servicePrincipal(appId) {
    return this.#replicated(this.servicePrincipals.find((one) => one.appId === appId), appId);
  }

  upsertServicePrincipal(appId, body, creates) {
    this.check('ServicePrincipalBody', body);
    const found = this.servicePrincipals.find((one) => one.appId === appId);
    if (found) return void Object.assign(found, body);
    if (!creates) throw missing(appId);
    const application = this.applications.find((one) => one.appId === appId);
    if (!application || this.#isUnseen(application)) {
      const message = `The appId '${appId}' of the service principal does not reference a valid application object.`;
      throw bad(message, [{ code: 'NoBackingApplicationObject', message, target: 'appId' }]);
    }
    const made = { id: randomUUID(), appId, displayName: application.displayName, ...body };
    this.#unseen.set(made, this.lag);
    this.servicePrincipals.push(made);
    return made;
  }

  addOwner(id, body, origin) {
    this.check('ReferenceBody', body);
    const application = this.application('id', id);
    const owner = body['@odata.id'].match(/^(.*)\/v1\.0\/directoryObjects\/([0-9a-f-]{36})$/);
    if (owner?.[1] !== origin) throw bad(`Invalid reference: ${body['@odata.id']}`);
    if (application.owners.includes(owner[2])) {
      throw bad('One or more added object references already exist for the following modified properties: \'owners\'.');
    }
    application.owners.push(owner[2]);
  }

  addPassword(id, body) {
    this.check('AddPasswordBody', body);
    const application = this.application('id', id);
    const end = new Date(body.passwordCredential?.endDateTime ?? Date.now() + 63072e6);
    if (!(end > Date.now())) throw bad('Invalid end date.');
    const secretText = `${randomBytes(30).toString('base64url')}~`;
    const credential = { keyId: randomUUID(), displayName: body.passwordCredential?.displayName ?? null, customKeyIdentifier: null,
      hint: secretText.slice(0, 3), startDateTime: new Date().toISOString(), endDateTime: end.toISOString() };
    application.passwordCredentials.push({ ...credential, secretText: null });
    this.secrets[credential.keyId] = secretText;
    return { ...credential, secretText };
  }

  removePassword(id, body) {
    this.check('RemovePasswordBody', body);
    const application = this.application('id', id);
    const kept = application.passwordCredentials.filter((one) => one.keyId !== body.keyId);
    if (kept.length === application.passwordCredentials.length) throw bad('No password credential found with keyId.');
    application.passwordCredentials = kept;
    delete this.secrets[body.keyId];
  }

  upsertFederation(id, name, body, creates) {
    this.check('FederatedIdentityCredentialBody', body);
    const { federations } = this.application('id', id);
    const found = federations.find((one) => one.name === name);
    if (federations.some((one) => one !== found && one.issuer === body.issuer && one.subject === body.subject)) {
      throw new Refusal(409, 'Request_MultipleObjectsWithSameKeyValue', 'issuer and subject must be unique.');
    }
    if (found) return void Object.assign(found, body);
    if (!creates) throw missing(name);
    const made = { id: randomUUID(), name, description: null, ...body };
    federations.push(made);
    return made;
  }
}
