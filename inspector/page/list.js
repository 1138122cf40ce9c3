// The list of requests: newest first, one option a request, kept in step with what arrives.

import { byId, el } from './dom.js';
import { listKeys } from './listbox.js';
import { appName, duration, statusClass, statusWord, timeOfDay, urlParts, verdictSign, verdictWord } from './words.js';

/** As many as the inspector itself keeps. */
const CAPACITY = 1000;

const list = byId('list');
const filter = byId('filter');
const verdictButtons = [...byId('verdicts').querySelectorAll('button')];

/** id → {request, row, text}; in order of arrival. */
const entries = new Map();
let selected = null;
let verdict = '';
let onSelect = () => {};

/** Starts the list; `select` is called with a request, or null, whenever the selection or its content changes. */
export function start(select) {
  onSelect = select;
  filter.addEventListener('input', show);
  for (const button of verdictButtons) {
    button.addEventListener('click', () => {
      verdict = button.dataset.verdict;
      for (const other of verdictButtons) other.setAttribute('aria-pressed', String(other === button));
      show();
    });
  }
  list.addEventListener('click', (event) => {
    const row = event.target.closest('[role=option]');
    if (row) choose(row.dataset.id);
  });
  listKeys(list, { selected: () => selected, choose, open: () => byId('details').focus() });
}

/** The request of this id, if it is still here. */
export const find = (id) => entries.get(id)?.request;

/** Shows one request, whatever was filtered out before. */
export function open(id) {
  filter.value = '';
  verdictButtons[0].click();
  choose(id);
  entries.get(id)?.row.scrollIntoView({ block: 'center' });
  list.focus();
}

/** Shows the requests that a text leads to. */
export function search(text) {
  filter.value = text;
  verdictButtons[0].click();
  filter.focus();
}

/** Replaces everything. */
export function reset(requests) {
  const kept = selected;
  entries.clear();
  list.replaceChildren();
  selected = null;
  for (const request of requests) put(request);
  if (kept !== null) choose(entries.has(kept) ? kept : null);
  show();
}

/** Adds a request, or shows its new state. */
export function update(request) {
  put(request);
  show();
  if (request.id === selected) onSelect(request);
}

function put(request) {
  const row = optionFor(request);
  const known = entries.get(request.id);
  if (known) {
    known.row.replaceWith(row);
  } else {
    list.prepend(row);
  }
  row.setAttribute('aria-selected', String(request.id === selected));
  entries.set(request.id, { request, row, text: searchText(request) });
  if (entries.size > CAPACITY) {
    const [oldest, entry] = entries.entries().next().value;
    entry.row.remove();
    entries.delete(oldest);
    if (oldest === selected) choose(null);
  }
}

function optionFor(request) {
  const { scheme, host, rest } = urlParts(request.url);
  const id = `request-${request.id}`;
  return el('div', { role: 'option', id, class: 'row', 'data-id': request.id, 'data-verdict': request.verdict },
    el('span', {},
      el('span', { class: 'verdict' }, el('i', { 'aria-hidden': 'true' }, verdictSign(request.verdict)), ' ', verdictWord(request.verdict)),
      el('small', { class: 'app' }, [appName(request.app), request.service].filter(Boolean).join(' · '))),
    el('span', { class: 'request' },
      el('span', { class: 'line', title: request.url }, el('b', {}, request.method ?? '?'), ' ', el('span', { class: 'dim' }, scheme), el('strong', {}, host), rest),
      el('small', {}, request.verdict === 'joined' ? request.because : `because ${request.because}`)),
    el('span', { class: `status ${statusClass(request)}` }, statusWord(request)),
    el('span', { class: 'took' }, duration(request.duration_ns), el('small', {}, timeOfDay(request.date))));
}

function searchText(request) {
  const spans = request.spans.flatMap((span) => [span.service, span.name]);
  const own = [request.app, appName(request.app), request.service, request.method, request.url, statusWord(request),
    request.reason, request.because, request.trace_id, request.span_id, request.server_trace?.trace_id, verdictWord(request.verdict)];
  return [...own, ...spans].join('\n').toLowerCase();
}

/** Applies the filter and counts. */
function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = { '': 0, joined: 0, not_joined: 0, not_expected: 0 };
  let visible = 0;
  for (const { request, row, text } of entries.values()) {
    const matches = words.every((word) => text.includes(word));
    if (matches) {
      counts['']++;
      counts[request.verdict]++;
    }
    row.hidden = !matches || (verdict !== '' && request.verdict !== verdict);
    if (!row.hidden) visible++;
  }
  for (const button of verdictButtons) button.querySelector('b').textContent = counts[button.dataset.verdict];
  byId('empty').hidden = entries.size > 0;
  document.body.classList.toggle('is-empty', entries.size === 0);
  byId('no-match').hidden = entries.size === 0 || visible > 0;
}

function choose(id) {
  for (const { request, row } of entries.values()) row.setAttribute('aria-selected', String(request.id === id));
  selected = id;
  const entry = entries.get(id);
  if (entry) list.setAttribute('aria-activedescendant', entry.row.id);
  else list.removeAttribute('aria-activedescendant');
  onSelect(entry?.request ?? null);
}
