// The description of the API.

import { openapiDocument } from '../openapi/document.ts';
import type { Handler, Route } from './route.ts';

/** Made when it is first asked for. */
let text: string | undefined;

const openapi: Handler = (exchange) => {
  text ??= JSON.stringify(openapiDocument());
  exchange.reply({ contentType: 'application/json', body: text });
};

export const openapiRoutes: readonly Route[] = [{ path: '/openapi.json', methods: { GET: openapi } }];
