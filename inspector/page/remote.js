// The remote document: what apps pull from /config.json, shown, checked as phones check it, and changed; who pulled which version,
// and with which the sessions ran.

import { byId, el } from './dom.js';
import { appName, dateTime, timeOfDay } from './words.js';

const dialog = byId('remote');
const text = byId('document');
const state = byId('document-state');

/** How long after the last key the document is checked. */
const CHECK_PAUSE_MS = 250;
let checkSoon = null;

/** Answers of the server, and steps of a person, that are still the newest: a late check must not speak of an earlier text. */
let turn = 0;

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
  text.addEventListener('input', () => {
    clearTimeout(checkSoon);
    checkSoon = setTimeout(check, CHECK_PAUSE_MS);
  });
}

/** Shows who pulled, where somebody looks. What is being written stays. */
export async function refresh() {
  if (!dialog.open) return;
  const answer = await fetch('/api/remote', { cache: 'no-store' }).catch(() => null);
  if (answer?.ok) showHistory((await answer.json()).history);
}

function say(kind, words) {
  state.dataset.kind = kind;
  state.textContent = words;
  text.setAttribute('aria-invalid', String(kind === 'error'));
}

/** Runs one exchange; a lost connection is told like any other failure. What came too late is dropped. */
async function exchange(path, options, then) {
  clearTimeout(checkSoon);
  const mine = ++turn;
  try {
    const answer = await fetch(path, { cache: 'no-store', ...options });
    const body = answer.status === 204 ? null : await answer.json();
    if (mine === turn) then(answer, body);
  } catch {
    if (mine === turn) say('error', 'The inspector does not answer.');
  }
}

function load() {
  return exchange('/api/remote', {}, (_, { document, history }) => {
    text.value = document?.text ?? '';
    showJudged(document?.judged);
    say('plain', document ? `Served with ETag ${document.etag}.` : 'There is no document: apps that ask get 404 and keep what they have.');
    showHistory(history);
  });
}

const asDocument = (method) => ({ method, body: text.value, headers: { 'content-type': 'application/json' } });

function check() {
  return exchange('/api/remote/check', asDocument('POST'), (answer, body) => {
    showJudged(answer.ok ? body : null);
    if (answer.ok) say('plain', 'Not saved yet.');
    else say('error', `No phone would read this: ${body.detail}`);
  });
}

function save() {
  return exchange('/config.json', asDocument('PUT'), (answer, body) => {
    if (!answer.ok) return say('error', `Not saved: ${body.detail}`);
    say('good', `Saved. Served from now on with ETag ${answer.headers.get('etag')}.`);
    judge();
  });
}

/** What phones would say of the document that was saved. */
async function judge() {
  const answer = await fetch('/api/remote', { cache: 'no-store' }).catch(() => null);
  if (answer?.ok) showJudged((await answer.json()).document?.judged);
}

function remove() {
  return exchange('/config.json', { method: 'DELETE' }, (answer, body) => {
    if (!answer.ok) return say('error', `Not removed: ${body.detail}`);
    text.value = '';
    showJudged(null);
    say('good', 'Removed: apps that ask get 404.');
  });
}

function showJudged(judged) {
  const place = byId('judged');
  if (!judged) return place.replaceChildren();
  const signed = judged.signed_by.length > 0 ? `signed by ${judged.signed_by.join(', ')}: what is changed here is no longer what was signed` : 'not signed';
  const shape = judged.shape === 'handspan' ? '' : `, in ${judged.shape}’s shape`;
  const rows = judged.refusals.map((told) => el('li', { class: told.warning ? 'dim' : 'refused' },
    el('code', {}, told.path || 'the document'), ` ${told.message} `, el('span', { class: 'dim' }, told.code)));
  const more = judged.refused - judged.refusals.length;
  place.replaceChildren(
    el('p', { class: 'note' }, `${judged.version === null ? 'No version' : `Version ${judged.version}`}${shape}, ${signed}. ${refusedWords(judged)}`),
    el('ul', { 'aria-label': 'What phones refuse' }, ...rows),
    ...(more > 0 ? [el('p', { class: 'note' }, `… and ${more} more`)] : []));
}

function refusedWords({ refused }) {
  if (refused === 0) return 'Phones take all of it.';
  return `Of ${refused === 1 ? '1 field' : `${refused} fields`} phones would say:`;
}

function showHistory({ pulls, sessions }) {
  byId('pulls').replaceChildren(table('Nobody has pulled yet.', ['When', 'App', 'Had', 'Answer'], pulls.reverse().map((pull) => [
    el('span', { title: dateTime(pull.at) }, timeOfDay(pull.at)), pull.client ?? 'unnamed', pull.had ?? 'nothing', answerWords(pull)])));
  byId('sessions').replaceChildren(table('No session has sent anything yet.', ['Since', 'App', 'Session', 'Ran with', 'Requests'], sessions.reverse().map((session) => [
    el('span', { title: dateTime(session.since) }, timeOfDay(session.since)), [appName(session.app), session.service].filter(Boolean).join(' · '),
    el('code', {}, session.session_id), session.version === null ? 'no document' : `version ${session.version}`, session.requests])));
}

function answerWords({ status, version }) {
  if (status === 404) return '404, there is none';
  const which = version === null ? 'no version' : `version ${version}`;
  return status === 304 ? `304, it has ${which}` : `${status}, ${which}`;
}

function table(none, names, rows) {
  if (rows.length === 0) return el('p', { class: 'note' }, none);
  return el('table', { class: 'headers' },
    el('thead', {}, el('tr', {}, ...names.map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, ...rows.map((cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, cell))))));
}
