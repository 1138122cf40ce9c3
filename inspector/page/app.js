// The page's start: the live stream feeds the list, the list feeds the details.

import { byId } from './dom.js';
import { showDetails } from './details.js';
import { refreshTrace } from './item.js';
import * as list from './list.js';
import * as remote from './remote.js';
import * as sessions from './sessions.js';
import * as tabs from './tabs.js';
import * as uploads from './uploads.js';

/** How long to wait before a stream that was refused is asked for again; a lost one the browser asks for itself. */
const RETRY_MS = 3000;

/** A burst of refusals, of uploads or of pulls is one look at them. */
const STATS_PAUSE_MS = 200;

const connection = byId('connection');
let stream = null;
let retry = null;
let statsSoon = null;
let uploadsSoon = null;
let remoteSoon = null;
/** While the whole list is on its way, what the stream brings waits: it is newer. */
let waiting = null;

function say(state, words) {
  connection.dataset.state = state;
  connection.textContent = words;
}

async function load() {
  waiting = [];
  try {
    const answer = await fetch('/api/requests', { cache: 'no-store' });
    if (!answer.ok) throw new Error(`the inspector answered ${answer.status}`);
    list.reset(await answer.json());
    for (const request of waiting) list.update(request);
    refreshTrace();
    say('live', 'Live');
  } catch {
    say('lost', 'No connection, trying again…');
  }
  waiting = null;
  await Promise.all([showRefused(), sessions.refresh(), uploads.refresh(), remote.refresh()]);
}

async function showRefused() {
  const answer = await fetch('/api/stats', { cache: 'no-store' }).catch(() => null);
  if (!answer?.ok) return;
  const { refused, duplicates } = await answer.json();
  const parts = refused.map(({ reason, count }) => `${count} × ${reason}`);
  if (duplicates > 0) parts.unshift(`${duplicates} repeated ${duplicates === 1 ? 'batch' : 'batches'}, shown once`);
  byId('refused').textContent = parts.length > 0 ? `Not shown: ${parts.join(', ')}` : '';
}

function connect() {
  clearTimeout(retry);
  stream?.close();
  stream = new EventSource('/api/stream');
  stream.addEventListener('ready', load);
  stream.addEventListener('reload', load);
  stream.addEventListener('request', (event) => {
    const request = JSON.parse(event.data);
    if (waiting) waiting.push(request);
    else list.update(request);
    refreshTrace();
  });
  stream.addEventListener('session', (event) => sessions.update(JSON.parse(event.data)));
  stream.addEventListener('stats', () => {
    clearTimeout(statsSoon);
    statsSoon = setTimeout(showRefused, STATS_PAUSE_MS);
  });
  stream.addEventListener('uploads', () => {
    clearTimeout(uploadsSoon);
    uploadsSoon = setTimeout(uploads.refresh, STATS_PAUSE_MS);
  });
  stream.addEventListener('remote', () => {
    clearTimeout(remoteSoon);
    remoteSoon = setTimeout(remote.refresh, STATS_PAUSE_MS);
  });
  stream.addEventListener('error', () => {
    say('lost', 'No connection, trying again…');
    if (stream.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
  });
}

function fillGuides() {
  const origin = location.origin;
  const port = location.port || '80';
  const texts = {
    collector: `"intakes": [{"type": "otlp", "url": "${origin}"}]`,
    app: `"intakes": [{"type": "datadog", "url": "${origin}"}],\n"remote_configuration_url": "${origin}/config.json",\n"inspect": true`,
    emulator: `http://10.0.2.2:${port}`,
    reverse: `adb reverse tcp:${port} tcp:${port}`,
    datadog: `DD_TRACE_AGENT_URL=${origin}`,
    otlp: `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
  };
  for (const guide of document.querySelectorAll('.guide')) {
    const copy = byId('guide').content.cloneNode(true);
    for (const place of copy.querySelectorAll('[data-kind]')) place.textContent = texts[place.dataset.kind];
    guide.append(copy);
  }
}

tabs.start();
list.start(showDetails);
sessions.start();
remote.start();
uploads.start();
fillGuides();
byId('open-help').addEventListener('click', () => byId('help').showModal());
byId('clear').addEventListener('click', () => fetch('/api/requests', { method: 'DELETE' }));
// A browser gives a host six connections: a hidden page gives its own back.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) stream?.close();
  else connect();
});
connect();
