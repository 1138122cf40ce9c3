// A Node service that knows nothing of tracing: OpenTelemetry's auto-instrumentation is loaded before it.
//
// It listens on a free port of 127.0.0.1, says so on its first line of standard output, and ends when its standard
// input closes: whoever started it cannot leave it behind, not even by being killed.
'use strict';

const http = require('http');

function answer(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const routes = {
  '/hello': (url, response) =>
    answer(response, 200, { hello: 'from Node', service: process.env.OTEL_SERVICE_NAME }),
  '/redirect': (url, response) => {
    const to = url.searchParams.get('to');
    if (!to) return answer(response, 400, { error: 'which way? add ?to=URL' });
    answer(response, 302, { to }, { location: to });
  },
  '/fail': (url, response) => answer(response, 500, { error: 'as asked' }),
};

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (!route || request.method !== 'GET') return answer(response, 404, { error: 'no such page' });
  route(url, response);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${server.address().port}` }));
});
