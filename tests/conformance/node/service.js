// A Node service for a tracer to trace. Asked for anything, it answers with what the tracer made of the request.
//
// Usage: `service.js READER`, a module of `readers`; the tracer is loaded before it. It listens on a free port of
// 127.0.0.1, says so on its first line of standard output, and ends when its standard input closes.
'use strict';

const http = require('http');

const reader = require(`./readers/${process.argv[2]}`);

const server = http.createServer((request, response) => {
  const body = JSON.stringify(reader.continued(request.headers));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(body);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${server.address().port}` }));
});
