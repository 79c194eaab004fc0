// A page of the user's claims behind express-openid-connect, with two workers: node server.mjs PORT ISSUER CLIENT_ID SECRET
import cluster from 'node:cluster';

const [port, issuerBaseURL, clientID, clientSecret] = process.argv.slice(2);

if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
} else {
  const { default: express } = await import('express');
  const { default: { auth } } = await import('express-openid-connect');
  const app = express();
  app.use(auth({
    issuerBaseURL,
    clientID,
    clientSecret,
    baseURL: `http://127.0.0.1:${port}`,
    secret: clientSecret,
    authorizationParams: { response_type: 'code' },
  }));
  app.get('/', (request, response) => {
    const rows = Object.entries(request.oidc.user).map(([name, value]) => `<tr><td>${name}<td>${value}`);
    response.send(`<!doctype html><title>Your claims</title><table>${rows.join('')}</table>`);
  });
  app.listen(Number(port), '127.0.0.1');
}
