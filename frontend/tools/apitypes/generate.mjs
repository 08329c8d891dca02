// Writes src/api/schema.d.ts from an OpenAPI document (a file or standard input).
// The document describes every entity of an organisation; the app reads entities from
// /meta at run time, so only the parts that are the same everywhere are kept.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const [source = '/dev/stdin', target = '../../src/api/schema.d.ts'] = process.argv.slice(2);
const document = JSON.parse(readFileSync(source, 'utf8'));

const ofAnEntity = /^\/api\/v1\/(records|drafts)\//;
for (const path of Object.keys(document.paths)) {
  if (ofAnEntity.test(path)) delete document.paths[path];
}
for (const operations of Object.values(document.paths)) {
  for (const operation of Object.values(operations)) {
    for (const status of Object.keys(operation.responses ?? {})) {
      if (!/^2/.test(status)) delete operation.responses[status];
    }
  }
}
const { schemas } = document.components;
for (const name of Object.keys(schemas)) {
  if (/^[a-z]/.test(name)) delete schemas[name]; // entities have lower-case keys
}
const text = astToString(await openapiTS(document, { emptyObjectsUnknown: true }));
writeFileSync(target, `// Made by tools/apitypes from the server's OpenAPI document. Do not edit.\n${text}`);
