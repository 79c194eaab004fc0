// Makes schemas.json from bodies.ts and Microsoft's types of Graph: `npm run schemas`. With --check it only says
// whether that is what lies here.
import { readFileSync, writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const file = new URL('schemas.json', import.meta.url);
const path = new URL('bodies.ts', import.meta.url).pathname;
const generator = createGenerator({ path, type: '*', skipTypeCheck: true, additionalProperties: false, jsDoc: 'none',
  expose: 'none', topRef: false });
const names = ['ApplicationBody', 'ServicePrincipalBody', 'AddPasswordBody', 'RemovePasswordBody',
  'FederatedIdentityCredentialBody', 'ReferenceBody'];
const schemas = Object.fromEntries(names.map((name) => [name, generator.createSchema(name)]));
const text = `${JSON.stringify(schemas, null, 1)}\n`;

if (process.argv[2] !== '--check') {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('schemas.json is not what Graph\'s types say: npm run schemas');
  process.exit(1);
}
