// node constant.js BYTES: uWebSockets.js answering every request with one body of so many bytes, under the headers that
// ours have. What HTTP alone costs here, and the floor of a driver's latencies.

import { listen, loadUws } from '../../src/http/uws.ts';

const [bytes = '700'] = process.argv.slice(2);
const uws = loadUws();
const app = uws.App();
const body = `{"constant":"${'x'.repeat(Math.max(0, Number(bytes) - 15))}"}`;
app.any('/*', (response) => {
  response.cork(() => {
    response.writeHeader('Content-Type', 'application/json');
    response.writeHeader('Vary', 'Accept');
    response.end(body);
  });
});
const { port } = await listen(app, uws, { host: '127.0.0.1', port: 0, isShared: false });
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
