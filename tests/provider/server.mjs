// A certified OpenID Provider for the tests, which start it with one argument:
//
//   node server.mjs '{"port": 0, "client_id": "…", "client_secret": "…", "redirect_uris": ["…"],
//                     "post_logout_redirect_uris": ["…"], "token_endpoint_auth_method": "client_secret_basic"}'
//
// All but `port` (0 or none: any free one) and `front_channel_logout_uri` is the client's metadata as OpenID Connect
// Registration names it. The library knows no front-channel logout, so its page is ours (Front-Channel Logout 1.0 section 3).
// It prints one line on stdout, `ready <issuer>`, and ends at SIGTERM or when its stdin closes, so that it
// never outlives the test. Anyone may sign in, with any password.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

// stdout carries the one line, but the library writes its notices there, some when it is imported.
console.info = console.error;
console.log = console.error;
const { Provider } = await import('oidc-provider');

process.on('SIGTERM', () => process.exit(0));
process.stdin.on('close', () => process.exit(0)).resume();

const { port = 0, front_channel_logout_uri, ...client } = JSON.parse(process.argv[2]);

// The issuer has the port in it: bind first.
const server = createServer().listen(port, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: randomBytes(8).toString('hex') };

// The login is the subject: `ada` is "Ada Tester", ada@example.org.
function findAccount(_ctx, login) {
  const claims = {
    sub: login,
    name: `${login.charAt(0).toUpperCase()}${login.slice(1)} Tester`,
    preferred_username: login,
    email: login.includes('@') ? login : `${login}@example.org`,
    email_verified: true,
  };
  return { accountId: login, claims: () => claims };
}

const provider = new Provider(issuer, {
  clients: [{
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
    ...client,
  }],
  jwks: { keys: [key] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  findAccount,
  scopes: ['openid', 'offline_access'], // the others come with their claims
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username'],
    email: ['email', 'email_verified'],
  },
  pkce: { required: () => true }, // S256 is the only method that it knows
  // The library's dispatcher refuses loopback addresses, where the tested application is.
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  features: {
    backchannelLogout: { enabled: true }, // for a client with a backchannel_logout_uri
    clientCredentials: { enabled: true }, // for a client with that grant type
    devInteractions: { enabled: true },
    introspection: { enabled: true },
    // Any URL is an API. The access tokens for one whose path is /opaque aren't JWTs (RFC 9068).
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, resource) => ({
        scope: 'tasks.read tasks.write',
        accessTokenFormat: resource.endsWith('/opaque') ? 'opaque' : 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    userinfo: { enabled: true },
  },
});

// Its pages load a font from the internet, which a browser without it waits for.
provider.use(async (ctx, next) => {
  await next();
  if (typeof ctx.body === 'string') ctx.body = ctx.body.replace(/@import url\([^)]*\);/g, '');
});

// Its last redirect waits until the client's page has loaded in a frame.
provider.use(async (ctx, next) => {
  let sid;
  provider.once('end_session.success', (ended) => { sid = ended.oidc.session.sidFor(client.client_id); });
  await next();
  if (!front_channel_logout_uri || !ctx.path.endsWith('/session/end/confirm') || !ctx.response.get('location')) return;
  const frame = `${front_channel_logout_uri}?${new URLSearchParams({ iss: issuer, sid })}`.replaceAll('&', '&amp;');
  ctx.status = 200;
  ctx.type = 'html';
  ctx.body = `<!doctype html><p>Signed out at the provider.</p><iframe src="${frame}"></iframe>`;
  ctx.remove('location');
});

for (const event of ['server_error', 'authorization.error', 'grant.error', 'userinfo.error', 'end_session.error', 'backchannel.error']) {
  provider.on(event, (_ctx, error) => console.error(event, error));
}

server.on('request', provider.callback());
process.stdout.write(`ready ${issuer}\n`);
