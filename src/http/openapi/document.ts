// The API's description: an OpenAPI 3.1 document, made of the schemas that check what comes in.

import { createRequire } from 'node:module';
import { adminOperations } from './admin.ts';
import { catalogOperations } from './catalog.ts';
import { experimentOperations } from './experiments.ts';
import { facetOperations } from './facets.ts';
import { labelOperations } from './labels.ts';
import { componentSchemas } from './names.ts';
import { operateOperations } from './operate.ts';
import { type Operation, operationObject } from './operation.ts';
import { recommendOperations } from './recommend.ts';
import { releaseOperations } from './releases.ts';
import { trialOperations } from './trials.ts';
import { verdictOperations } from './verdicts.ts';

const operations: readonly Operation[] = [
  ...recommendOperations,
  ...catalogOperations,
  ...facetOperations,
  ...experimentOperations,
  ...labelOperations,
  ...operateOperations,
  ...adminOperations,
  ...trialOperations,
  ...releaseOperations,
  ...verdictOperations,
];

const about = `Recommendations of what is bought together, served from one file.

Answers are JSON, or MessagePack where \`Accept\` asks for it; bodies may be either. Errors are \`application/problem+json\` with
a stable \`code\`. Every \`GET\` can be asked as \`HEAD\`. Examples are of the demo shop (\`sepet demo\`).`;

const tags = [
  { name: 'recommend', description: 'Recommendations' },
  { name: 'catalog', description: 'What is served' },
  { name: 'labels', description: 'Releases side by side, to compare them' },
  { name: 'events', description: 'What visitors do' },
  { name: 'releases', description: 'The labels of the store that a server follows: for operators' },
  { name: 'verdicts', description: 'What people say of two ways to recommend: for operators' },
  { name: 'operate', description: 'For supervisors, load balancers, Prometheus' },
  {
    name: 'admin',
    description: 'For operators: with the token or, where the server has none, from its own machine',
  },
];

/** The document of this release. */
export function openapiDocument(): object {
  const { version } = createRequire(import.meta.url)('sepet/package.json') as { version: string };
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = path;
    path[operation.method.toLowerCase()] = operationObject(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sepet',
      version,
      description: about,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags,
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}
