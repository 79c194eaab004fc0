// A double of Microsoft Graph v1.0 and of Entra's device code flow, as far as `identity-web register` uses them:
//
//   node server.mjs '{"lag": 2, "throttle": 3, "fail": {"at": 4, "carried_out": true}, "me": "…", "deny": "…"}'
//
// It prints `ready <origin>`, and ends when its stdin closes. `lag`: requests for a new object that answer 404;
// `throttle`: the request that is answered with 429; `fail`: the request that is broken off, before or after it was
// carried out; `deny`: a part of the paths that are refused with 403. `GET /-/state` tells all that it holds, and
// `POST /-/faults` sets these anew, counts requests from 1 again, and ends every
// lag but with `keep_lag`. What a request may hold, Microsoft's types say.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { Directory, Refusal, TENANT } from './directory.mjs';

process.on('SIGTERM', () => process.exit(0));
process.stdin.on('close', () => process.exit(0)).resume();

let faults = JSON.parse(process.argv[2] ?? '{}');
const directory = new Directory(faults);
const requests = [];
const devices = new Map();
let count = 0;

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const view = ({ owners, federations, kind, ...object }) => object;
const key = (part) => part.match(/^(\w+)\((\w+)='((?:[^']|'')*)'\)$/)?.slice(1).map((text) => text.replaceAll('\'\'', '\''));
const entity = (object) => (object ? { status: 201, body: view(object) } : { status: 204 });
const list = (value) => ({ status: 200, body: { value } });

/** One request to Graph: method and path, by segments. */
function graph({ method, parts, query, body, creates }) {
  const [first, second, third] = parts;
  const by = key(first);
  const route = `${method} ${[by ? `${by[0]}(${by[1]})` : first, by ? second : third].filter(Boolean).join('/')}`;
  const id = second;
  if (by && by[0] === 'applications' && parts.length > 1) throw new Refusal(400, 'BadRequest', `not known to the double: ${route}`);
  switch (route) {
    case 'GET me':
      if (!directory.me) throw new Refusal(400, 'BadRequest', '/me request is only valid with delegated authentication flow.');
      return { status: 200, body: { id: directory.me } };
    case 'GET organization':
      return list([{ id: TENANT, verifiedDomains: [{ name: 'contoso.onmicrosoft.com', isInitial: true }] }]);
    case 'GET applications(uniqueName)':
    case 'GET applications(appId)': {
      const { keyCredentials, ...found } = view(directory.application(by[1], by[2]));
      return { status: 200, body: { ...found, keyCredentials: keyCredentials.map((one) => ({ ...one, key: null })) } };
    }
    case 'PATCH applications(uniqueName)': return entity(directory.upsertApplication(by[2], body, creates));
    case 'GET servicePrincipals(appId)': return { status: 200, body: view(directory.servicePrincipal(by[2])) };
    case 'PATCH servicePrincipals(appId)': return entity(directory.upsertServicePrincipal(by[2], body, creates));
    case 'GET applications': {
      const found = directory.application('id', id);
      const names = query.get('$select')?.split(',') ?? [];
      return { status: 200, body: Object.fromEntries(names.map((name) => [name, found[name]])) };
    }
    case 'PATCH applications': directory.updateApplication(id, body); return { status: 204 };
    case 'DELETE applications': directory.deleteApplication(id); return { status: 204 };
    case 'GET applications/owners':
      return list(directory.application('id', id).owners.map((owner) => ({ '@odata.type': '#microsoft.graph.user', id: owner })));
    case 'POST applications/owners': directory.addOwner(id, body, origin); return { status: 204 };
    case 'POST applications/addPassword': return { status: 200, body: directory.addPassword(id, body) };
    case 'POST applications/removePassword': directory.removePassword(id, body); return { status: 204 };
    case 'GET applications/federatedIdentityCredentials': return list(directory.application('id', id).federations);
    case 'GET directory/microsoft.graph.application':
    case 'GET directory/microsoft.graph.servicePrincipal': {
      const appId = query.get('$filter')?.match(/^appId eq '([^']*)'$/)?.[1];
      if (!appId) throw new Refusal(400, 'BadRequest', 'Invalid filter clause');
      const kind = third.replace('microsoft.graph.', '');
      return list(directory.deleted.filter((one) => one.kind === kind && one.appId === appId).map(({ id }) => ({ id })));
    }
  }
  const federation = key(third ?? '');
  if (method === 'PATCH' && federation?.[0] === 'federatedIdentityCredentials') {
    return entity(directory.upsertFederation(id, federation[2], body, creates));
  }
  if (method === 'DELETE' && first === 'directory') return void directory.purge(third) ?? { status: 204 };
  throw new Refusal(400, 'BadRequest', `not known to the double: ${route}`);
}

/** Entra's device code flow (RFC 8628): the first two questions are answered with `authorization_pending`. */
function device(path, form) {
  if (form.get('client_id') !== '04b07795-8ddb-461a-bbee-02f9e1bf7b46') return { status: 400, body: { error: 'unauthorized_client' } };
  if (path === '/organizations/oauth2/v2.0/devicecode') {
    if (form.get('scope') !== `${origin}/.default`) return { status: 400, body: { error: 'invalid_scope' } };
    devices.set('device-code', 0);
    return { status: 200, body: { device_code: 'device-code', user_code: 'ABCD-EFGH', verification_uri: `${origin}/devicelogin`,
      expires_in: 900, interval: 1, message: 'To sign in, use a web browser…' } };
  }
  const asked = devices.get(form.get('device_code'));
  if (asked === undefined || path !== '/organizations/oauth2/v2.0/token') return { status: 400, body: { error: 'bad_verification_code' } };
  devices.set('device-code', asked + 1);
  const error = faults.decline ? 'authorization_declined' : 'authorization_pending';
  if (asked < 1 || faults.decline) return { status: 400, body: { error, error_description: 'AADSTS70016: …' } };
  return { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: 'canary-graph-token' } };
}

function answer(request, url, text) {
  if (url.pathname === '/-/state') return { status: 200, body: { ...directory, requests, count } };
  if (url.pathname === '/-/faults') {
    faults = JSON.parse(text);
    count = 0;
    if (!faults.keep_lag) directory.settle();
    return { status: 204 };
  }
  if (!url.pathname.startsWith('/v1.0/')) return device(url.pathname, new URLSearchParams(text));
  count += 1;
  const body = text === '' ? undefined : JSON.parse(text);
  const path = decodeURIComponent(url.pathname.slice(6));
  requests.push({ method: request.method, path: path + decodeURIComponent(url.search), body });
  if (request.headers.authorization !== 'Bearer canary-graph-token') {
    throw new Refusal(401, 'InvalidAuthenticationToken', 'Access token is empty or has expired.');
  }
  if (body !== undefined && request.headers['content-type'] !== 'application/json') throw new Refusal(415, 'BadRequest', 'content-type');
  if (faults.throttle === count) throw new Refusal(429, 'TooManyRequests', 'Too many requests.');
  if (faults.deny && `${request.method} ${path}`.includes(faults.deny)) {
    throw new Refusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  }
  if (faults.fail?.at === count && !faults.fail.carried_out) return {};
  const creates = request.headers.prefer === 'create-if-missing';
  return graph({ method: request.method, parts: path.split('/'), query: url.searchParams, body, creates });
}

server.on('request', async (request, response) => {
  const own = request.url.startsWith('/-/');
  let text = '';
  for await (const chunk of request) text += chunk;
  let result;
  try {
    result = answer(request, new URL(request.url, origin), text);
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    const { status = 500, code = 'InternalServerError', message, details } = error;
    const inner = { date: new Date().toISOString(), 'request-id': 'canary-request-id', 'client-request-id': 'c' };
    result = { status, body: { error: { code, message, details, innerError: inner } } };
  }
  // A connection that is broken off once would be tried again: so is every one after it.
  if (!own && faults.fail?.at === count) {
    faults = { ...faults, fail: { at: count + 1, carried_out: false } };
    return request.socket.destroy();
  }
  if (result.status === 429) response.setHeader('retry-after', '1');
  response.writeHead(result.status, { 'content-type': 'application/json' });
  response.end(result.body && JSON.stringify(result.body));
});

process.stdout.write(`ready ${origin}\n`);
