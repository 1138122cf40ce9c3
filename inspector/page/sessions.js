// The list of sessions: newest first, searched by the inspector, kept in step with what arrives.

import { byId, el } from './dom.js';
import { listKeys } from './listbox.js';
import * as story from './story.js';
import { appName, dateTime, length, personName, preconditionWords, timeOfDay } from './words.js';

/** How long after the last key, or after the last event, the inspector is asked. */
const PAUSE_MS = 200;

const list = byId('session-list');
const search = byId('session-search');

/** id → row of `/api/sessions`. */
const rows = new Map();
let selected = null;
let listSoon = null;
let storySoon = null;
/** The newest question: an answer to an older one is dropped. */
let turn = 0;

/** Starts the list. */
export function start() {
  search.addEventListener('input', () => {
    clearTimeout(listSoon);
    listSoon = setTimeout(refresh, PAUSE_MS);
  });
  list.addEventListener('click', (event) => {
    const row = event.target.closest('[role=option]');
    if (row) choose(row.dataset.id);
  });
  listKeys(list, { selected: () => selected, choose, open: story.focus });
  story.start();
}

/** Asks for all that is shown. */
export async function refresh() {
  const mine = ++turn;
  const answer = await fetch(`/api/sessions?search=${encodeURIComponent(search.value)}`, { cache: 'no-store' }).catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  if (mine !== turn) return;
  rows.clear();
  for (const row of found) rows.set(row.id, row);
  draw();
  if (selected !== null) await story.load(selected, search.value);
}

/** A session is new or looks different. */
export function update(row) {
  if (search.value.trim() === '') {
    rows.set(row.id, row);
    clearTimeout(listSoon);
    listSoon = setTimeout(draw, PAUSE_MS);
  } else {
    clearTimeout(listSoon);
    listSoon = setTimeout(refresh, PAUSE_MS);
  }
  if (row.id !== selected) return;
  clearTimeout(storySoon);
  storySoon = setTimeout(() => story.load(selected, search.value), PAUSE_MS);
}

function choose(id) {
  selected = id;
  mark();
  story.load(id, search.value);
}

function draw() {
  const newest = [...rows.values()].sort((one, other) => (other.started ?? 0) - (one.started ?? 0));
  list.replaceChildren(...newest.map(option));
  mark();
  byId('no-session').textContent = rows.size > 0 ? '' : search.value.trim() ? 'Nothing is found.' : 'No session has sent anything yet.';
  byId('tab-sessions').replaceChildren('Sessions', ...(rows.size > 0 ? [' ', el('b', {}, rows.size)] : []));
}

function mark() {
  list.removeAttribute('aria-activedescendant');
  for (const row of list.children) {
    const chosen = row.dataset.id === selected;
    row.setAttribute('aria-selected', String(chosen));
    if (chosen) list.setAttribute('aria-activedescendant', row.id);
  }
}

function option(row) {
  const { counts } = row;
  const views = counts.views === 1 ? '1 view' : `${counts.views} views`;
  return el('div', { role: 'option', id: `session-${row.id}`, class: 'session', 'data-id': row.id, 'aria-selected': 'false' },
    el('span', { class: 'line' }, el('strong', {}, row.id === 'none' ? 'without a session' : personName(row.user)), el('span', { class: 'dim' }, ` ${appName(row.app)}`)),
    el('span', { class: 'badges' }, ...badges(row)),
    el('small', { title: dateTime(row.started) }, [timeOfDay(row.started), length(row.ended - row.started), views].filter(Boolean).join(' · ')),
    el('small', {}, [row.service && `${row.service} ${row.version ?? ''}`.trim(), row.device].filter(Boolean).join(' · ')),
    row.precondition ? el('small', { title: preconditionWords(row.precondition) }, row.precondition) : null);
}

function badges({ counts, found }) {
  const badge = (count, kind, word, words) => (count > 0 ? el('span', { class: 'badge', 'data-kind': kind }, `${count} ${count === 1 ? word : words}`) : null);
  return [
    found ? el('span', { class: 'badge', 'data-kind': 'found' }, `${found} found`) : null,
    badge(counts.crashes, 'error', 'crash', 'crashes'),
    badge(counts.errors - counts.crashes, 'error', 'error', 'errors'),
    badge(counts.frustrations, 'frustration', 'frustration', 'frustrations'),
    badge(counts.invalid, 'invalid', 'invalid', 'invalid'),
  ].filter(Boolean);
}
