// The remote document: what apps pull from /config.json, shown and changed.

import { byId } from './dom.js';

const dialog = byId('remote');
const text = byId('document');
const state = byId('document-state');

/** Starts the panel. */
export function start() {
  byId('remote-address').textContent = `${location.origin}/config.json`;
  byId('open-remote').addEventListener('click', () => {
    dialog.showModal();
    load();
  });
  byId('reload-document').addEventListener('click', load);
  byId('save-document').addEventListener('click', save);
  byId('remove-document').addEventListener('click', remove);
}

function say(kind, words) {
  state.dataset.kind = kind;
  state.textContent = words;
  text.setAttribute('aria-invalid', String(kind === 'error'));
}

/** Runs one exchange; a lost connection is told like any other failure. */
async function exchange(options, then) {
  try {
    await then(await fetch('/config.json', { cache: 'no-store', ...options }));
  } catch {
    say('error', 'The inspector does not answer.');
  }
}

function load() {
  return exchange({}, async (answer) => {
    if (answer.status === 404) {
      text.value = '';
      say('plain', 'There is no document: apps that ask get 404 and keep what they have.');
    } else {
      text.value = await answer.text();
      say('plain', `Served with ETag ${answer.headers.get('etag')}.`);
    }
  });
}

function save() {
  return exchange({ method: 'PUT', body: text.value, headers: { 'content-type': 'application/json' } }, async (answer) => {
    if (answer.ok) say('good', `Saved. Served from now on with ETag ${answer.headers.get('etag')}.`);
    else say('error', `Not saved: ${(await answer.json()).detail}`);
  });
}

function remove() {
  return exchange({ method: 'DELETE' }, async (answer) => {
    if (!answer.ok) return say('error', `Not removed: ${(await answer.json()).detail}`);
    text.value = '';
    say('good', 'Removed: apps that ask get 404.');
  });
}
