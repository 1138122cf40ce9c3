// The rows of one view, each with its place on the view's own time axis.

import { el } from './dom.js';
import { duration, kindName, length, statusClass, statusWord, timeOfDay, urlParts } from './words.js';

/** An event this far from its view's start has a wrong date: it must not make all others too small to see. */
const FAR_MS = 24 * 60 * 60 * 1000;

/** As many marks as fit beside each other. */
const MARKS = 4;

/** The time axis of a view: `{from, length}` in milliseconds; `from` is null where nothing has a date. */
export function place(view) {
  const from = view.started;
  if (from === null) return { from, length: 1 };
  const own = view.event ? (view.time_spent_ns ?? 0) / 1e6 : 0;
  const ends = view.items.map((item) => (item.date ?? from) + (item.duration_ns ?? 0) / 1e6 - from).filter((end) => Math.abs(end) < FAR_MS);
  return { from, length: ends.reduce((one, other) => Math.max(one, other), Math.max(Math.min(own, FAR_MS), 1)) };
}

/** The marks above a view's rows. */
export function axis(scale) {
  const row = el('div', { class: 'axis', 'aria-hidden': 'true' });
  const track = el('div', { class: 'track' });
  const step = niceStep(scale.length / MARKS);
  for (let at = 0; at <= scale.length && scale.from !== null; at += step) {
    const mark = el('span', {}, markWord(at));
    mark.style.setProperty('--from', `${(100 * at) / scale.length}%`);
    track.append(mark);
  }
  row.append(track);
  return row;
}

/** `500 ms`, `2 s`: no more digits than a mark has. */
function markWord(ms) {
  if (ms === 0) return '0';
  if (ms < 1000) return `${Number(ms.toPrecision(2))} ms`;
  return ms < 60_000 ? `${Number((ms / 1000).toPrecision(3))} s` : length(ms);
}

/** 1, 2 or 5 of a power of ten, at least as long. */
function niceStep(ms) {
  const power = 10 ** Math.floor(Math.log10(ms));
  return [1, 2, 5, 10].map((one) => one * power).find((step) => step >= ms);
}

/** The line that a view begins with. */
export function viewRow(view, key, session) {
  const spent = view.time_spent_ns ?? null;
  const facts = [
    view.started !== null && session.started !== null && `+${length(view.started - session.started)}`,
    timeOfDay(view.started),
    view.loading_time_ns && `loaded in ${duration(view.loading_time_ns)}`,
    view.network_settled_ns && `network settled in ${duration(view.network_settled_ns)}`,
  ];
  return el('div', { role: 'option', id: `row-${key}`, class: 'view-row', 'data-id': key, 'data-kind': 'view', 'aria-selected': 'false' },
    el('span', { class: 'line' }, el('strong', {}, view.id === null ? 'Outside of any view' : view.name ?? view.url ?? 'Unnamed view'),
      view.url && view.url !== view.name ? el('span', { class: 'dim' }, ` ${view.url}`) : null,
      view.is_active ? tag('active', 'still open') : null,
      view.event?.problems.length > 0 ? tag('invalid', 'invalid') : null),
    el('span', { class: 'dim' }, facts.filter(Boolean).join(' · ')),
    el('span', { class: 'took' }, spent === null ? '' : length(spent / 1e6)));
}

/** A row of the waterfall. */
export function itemRow(item, scale, { caused, dim }) {
  const row = el('div', { role: 'option', id: `row-${item.id}`, class: 'item', 'data-id': item.id, 'data-kind': item.kind, 'aria-selected': 'false' },
    el('span', { class: 'kind' }, kindName(item.kind)),
    el('span', { class: 'what' },
      el('span', { class: 'line', title: item.label }, caused ? el('span', { class: 'dim', title: 'caused by an action of this view' }, '↳ ') : null, ...words(item)),
      ...tags(item)),
    el('span', { class: 'took' }, duration(item.duration_ns)),
    track(item, scale));
  if (item.failed) row.dataset.failed = '';
  if (item.problems.length > 0) row.dataset.invalid = '';
  if (dim) row.dataset.dim = '';
  return row;
}

function words(item) {
  if (item.kind === 'resource') {
    const { host, rest } = urlParts(item.label);
    return [el('b', {}, item.word ?? '?'), ' ', rest || item.label, el('span', { class: 'dim' }, ` ${host}`)];
  }
  return [item.label || '–', item.word && item.word !== item.label ? el('span', { class: 'dim' }, ` ${item.word}`) : null];
}

function tags(item) {
  const answer = { status_code: item.status_code, error: item.failed };
  return [
    item.kind === 'resource' ? el('span', { class: `status ${statusClass(answer)}` }, statusWord(answer)) : null,
    item.is_crash ? tag('error', 'crash') : null,
    ...item.frustrations.map((kind) => tag('frustration', `☹ ${kind.replaceAll('_', ' ')}`)),
    item.problems.length > 0 ? tag('invalid', 'invalid') : null,
  ];
}

const tag = (kind, word) => el('span', { class: 'badge', 'data-kind': kind }, word);

function track(item, scale) {
  const box = el('span', { class: 'track' });
  if (item.date === null || scale.from === null) return box;
  const percent = (ms) => Math.min(Math.max((100 * ms) / scale.length, 0), 100);
  const from = percent(item.date - scale.from);
  const bar = el('i', { class: 'bar' });
  bar.style.setProperty('--from', `${from}%`);
  bar.style.setProperty('--length', `${Math.min(percent((item.duration_ns ?? 0) / 1e6), 100 - from)}%`);
  if (!item.duration_ns) bar.classList.add('moment');
  for (const phase of item.phases) {
    if (!item.duration_ns) break;
    const part = el('i', { class: 'phase', 'data-phase': phase.name });
    const share = (ns) => `${Math.min((100 * ns) / item.duration_ns, 100)}%`;
    part.style.setProperty('--from', share(phase.start));
    part.style.setProperty('--length', share(phase.duration));
    bar.append(part);
  }
  box.append(bar);
  return box;
}
