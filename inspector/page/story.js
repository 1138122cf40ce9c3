// One session as a story: its views in order, each with a waterfall of what happened in it.

import { byId, copyButton, el } from './dom.js';
import { isShown, showItem } from './item.js';
import { listKeys } from './listbox.js';
import { axis, itemRow, place, viewRow } from './waterfall.js';
import { appName, dateTime, length, percent, personName, preconditionWords } from './words.js';

/** Rows that are drawn: more than a person reads, and as many as a browser draws at once. */
const DRAWN = 2000;

const KINDS = [
  ['action', 'actions', 'Actions'], ['resource', 'resources', 'Resources'], ['error', 'errors', 'Errors'], ['long_task', 'long_tasks', 'Long tasks'],
  ['vital', 'vitals', 'Vitals'], ['log', 'logs', 'Logs'], ['span', 'spans', 'Spans'], ['other', 'others', 'Others'],
];

const panel = byId('story');
const only = byId('only-found');

let shown = null;
let searched = '';
/** Key of the row that is chosen: an item's id, or `view:` and a view's. */
let selected = null;
/** key → {view, item}, of what is drawn. */
const drawn = new Map();
let turn = 0;

/** Starts the panel. */
export function start() {
  only.addEventListener('change', () => {
    if (shown) draw();
  });
}

/** Moves the keyboard into the story. */
export function focus() {
  byId('story-items')?.focus();
}

/** Shows a session, or its new state. */
export async function load(id, search) {
  const mine = ++turn;
  const answer = await fetch(`/api/sessions/${encodeURIComponent(id)}?search=${encodeURIComponent(search)}`, { cache: 'no-store' }).catch(() => null);
  const body = answer?.ok ? await answer.json() : null;
  if (mine !== turn || answer === null) return;
  if (body?.id !== shown?.id) choose(null);
  shown = body;
  searched = search.trim();
  draw();
}

function draw() {
  drawn.clear();
  if (shown === null) {
    panel.replaceChildren(el('p', { class: 'note' }, 'The inspector no longer has this session.'));
    choose(null);
    return;
  }
  const scroll = panel.scrollTop;
  const hadFocus = document.activeElement?.id === 'story-items';
  const items = el('div', { id: 'story-items', role: 'listbox', 'aria-label': 'What happened', tabindex: '0' });
  let left = DRAWN;
  for (const view of shown.views) left -= drawView(view, items, left);
  items.addEventListener('click', (event) => {
    const row = event.target.closest('[role=option]');
    if (row) choose(row.dataset.id);
  });
  listKeys(items, { selected: () => selected, choose, open: () => byId('item').focus() });
  const parts = [head(shown), strip(shown), items];
  if (shown.forgotten > 0) parts.push(el('p', { class: 'note' }, `${shown.forgotten} more events were here: the inspector keeps the newest.`));
  if (left < 0) parts.push(el('p', { class: 'note' }, `${-left} more are not drawn: search for what you look for, and show only that.`));
  panel.replaceChildren(...parts);
  panel.scrollTop = scroll;
  if (hadFocus) items.focus();
  // Of a view that is open there is a newer state.
  const chosen = drawn.get(selected);
  if (chosen && !isShown(chosen.item)) choose(selected);
  else mark();
}

/** Draws a view with at most so many rows; returns how many it would have liked. */
function drawView(view, into, left) {
  const wanted = only.checked && searched !== '' ? view.items.filter((item) => item.found) : view.items;
  if (only.checked && searched !== '' && wanted.length === 0 && !view.event?.found) return 0;
  const scale = place(view);
  const group = el('div', { role: 'group', class: 'view', 'aria-label': `View ${view.name ?? view.url ?? 'unnamed'}` });
  const key = `view:${view.id}`;
  drawn.set(key, { view, item: view.event });
  group.append(viewRow(view, key, shown), axis(scale));
  const here = new Set(view.items.filter((item) => item.kind === 'action').map((item) => item.own_id));
  for (const item of wanted.slice(0, Math.max(left, 0))) {
    drawn.set(item.id, { view, item });
    group.append(itemRow(item, scale, { caused: item.actions.some((id) => here.has(id)), dim: searched !== '' && !item.found }));
  }
  into.append(group);
  return wanted.length;
}

function choose(key) {
  selected = key;
  mark();
  const chosen = drawn.get(key);
  showItem(shown, chosen, (id) => {
    const action = [...drawn].find(([, { item }]) => item?.kind === 'action' && item.own_id === id);
    if (action) choose(action[0]);
  });
}

function mark() {
  const items = byId('story-items');
  items?.removeAttribute('aria-activedescendant');
  for (const row of items?.querySelectorAll('[role=option]') ?? []) {
    const chosen = row.dataset.id === selected;
    row.setAttribute('aria-selected', String(chosen));
    if (chosen) items.setAttribute('aria-activedescendant', row.id);
  }
}

function head(session) {
  const line = (...parts) => parts.filter(Boolean).join(' · ');
  const { counts } = session;
  const kinds = KINDS.filter(([, member]) => counts[member] > 0);
  return el('header', { class: 'story-head' },
    el('h2', {}, session.id === 'none' ? 'What names no session' : personName(session.user), ' ',
      el('span', { class: 'dim' }, line(appName(session.app), session.service && `${session.service} ${session.version ?? ''}`.trim(), session.device, session.os))),
    el('p', {}, line(dateTime(session.started), length(session.ended - session.started), session.precondition && preconditionWords(session.precondition),
      session.type && session.type !== 'user' && `a ${session.type} session`, session.session_rate !== null && `${percent(session.session_rate)} of sessions are kept`,
      session.remote_version && `remote document ${session.remote_version}`, session.account && `account ${personName(session.account)}`)),
    session.id === 'none' ? null : el('p', { class: 'dim' }, el('code', {}, session.id), copyButton(session.id, 'the session’s id')),
    el('p', { class: 'legend' }, ...kinds.map(([kind, member, name]) => el('span', { class: 'chip', 'data-kind': kind }, `${name} `, el('b', {}, counts[member]))),
      counts.invalid > 0 ? el('span', { class: 'badge', 'data-kind': 'invalid' }, counts.invalid === 1 ? '1 invalid event' : `${counts.invalid} invalid events`) : null));
}

/** The whole session on one line, a block a view. Decoration: all of it stands in the rows. */
function strip(session) {
  const box = el('div', { class: 'strip', 'aria-hidden': 'true' });
  const whole = Math.max(session.ended - session.started, 1);
  for (const view of session.views) {
    if (view.started === null) continue;
    const block = el('i', { class: 'block', title: `${view.name ?? ''} ${length(view.ended - view.started)}` });
    block.style.setProperty('--from', `${clamp((100 * (view.started - session.started)) / whole)}%`);
    block.style.setProperty('--length', `${clamp((100 * (view.ended - view.started)) / whole)}%`);
    const bad = view.items.some((item) => item.kind === 'error');
    if (bad) block.dataset.kind = 'error';
    block.addEventListener('click', () => byId(`row-view:${view.id}`)?.scrollIntoView({ block: 'start', behavior: 'smooth' }));
    box.append(block);
  }
  return box;
}

const clamp = (value) => (Number.isFinite(value) ? Math.min(Math.max(value, 0), 100) : 0);
