// One event in full: what is wrong with it, its facts, where its trace leads, and the event as it came.

import { byId, copyButton, el } from './dom.js';
import { factList } from './facts.js';
import * as list from './list.js';
import * as raw from './raw.js';
import * as tabs from './tabs.js';
import { dateTime, duration, kindName, length, phaseName, verdictSign, verdictWord } from './words.js';

/** What an item's second word is. */
const WORDS = { resource: 'Method', log: 'Level', error: 'Class' };

const place = byId('item');
/** What is shown: `{session, view, item, trace}`, the last being the element that tells of its trace. */
let shown = null;

/** Shows an item of a session, or nothing. `toAction` is called with the id of an action that is asked for. */
export function showItem(session, chosen, toAction) {
  place.hidden = !chosen;
  shown = chosen ? { session, ...chosen, trace: null } : null;
  if (!chosen) return;
  const { view, item } = chosen;
  if (!item) {
    place.replaceChildren(el('h2', {}, view.name ?? 'Outside of any view'), el('p', { class: 'note' }, 'No event of this view itself has come so far.'));
    return;
  }
  const members = el('section', { 'aria-label': 'Members' });
  shown.trace = trace(item);
  const text = el('pre', { tabindex: '0', 'aria-label': 'The event as it came' });
  place.replaceChildren(...[
    el('h2', {}, el('span', { class: 'chip', 'data-kind': item.kind }, kindName(item.kind)), ' ', item.label || '–'),
    problems(item),
    ...(item.kind === 'view' ? viewFacts(view) : [facts(item, view, toAction), phases(item)]),
    shown.trace,
    members,
    el('details', { class: 'raw' }, el('summary', {}, 'The event as it came'), text),
  ].filter(Boolean));
  place.scrollTop = 0;
  fill(session, item, members, text);
}

/** Tells anew of the trace: its request may have joined, or come only now. */
export function refreshTrace() {
  if (!shown?.trace) return;
  const now = trace(shown.item);
  shown.trace.replaceWith(now);
  shown.trace = now;
}

/** Is this the event that is shown? */
export const isShown = (item) => shown?.item?.id === item?.id;

function problems(item) {
  if (item.problems.length === 0) return null;
  const judges = { handspan: 'what every event must have', schema: 'the published schema' };
  return el('div', { class: 'banner', 'data-kind': 'invalid', role: 'alert' },
    el('strong', {}, item.problems.length === 1 ? '✕ This event is invalid' : `✕ This event is invalid in ${item.problems.length} places`),
    el('ul', { 'aria-label': 'Problems' }, ...item.problems.map(({ path, message, by }) => el('li', {},
      el('code', {}, path), ` ${message} `, el('span', { class: 'dim' }, `by ${judges[by] ?? by}`)))));
}

function facts(item, view, toAction) {
  const [box, add] = factList();
  add('Began', dateTime(item.date), item.date !== null && view.started !== null && el('span', { class: 'dim' }, ` ${length(item.date - view.started)} into its view`));
  add('Took', duration(item.duration_ns));
  add('View', view.name ?? view.url);
  if (item.word) add(WORDS[item.kind] ?? 'Kind', item.word);
  if (item.status_code !== null) add('Status', item.status_code);
  if (item.is_crash) add('Crash', 'it ended the process');
  if (item.frustrations.length > 0) add('Frustration', item.frustrations.join(', '));
  for (const id of item.actions) {
    const go = el('button', { type: 'button', class: 'link' }, id);
    go.addEventListener('click', () => toAction(id));
    add('Caused by', go);
  }
  return box;
}

function viewFacts(view) {
  const [box, add] = factList();
  add('Began', dateTime(view.started));
  add('Lasted', view.time_spent_ns !== null && length(view.time_spent_ns / 1e6), view.is_active && ' so far');
  add('URL', view.url);
  add('Came from', view.referrer);
  add('Loaded in', duration(view.loading_time_ns), view.loading_type && ` ${view.loading_type}`);
  add('Network settled in', duration(view.network_settled_ns));
  add('After the interaction', duration(view.interaction_to_next_view_ns));
  add('Update', view.document_version, view.superseded > 0 && el('span', { class: 'dim' }, ` in place of ${view.superseded}`));
  add('It counts', Object.entries(view.told ?? {}).map(([name, count]) => `${count} ${name}`).join(', '));
  for (const [name, ns] of Object.entries(view.custom_timings ?? {})) add(`Timing ${name}`, duration(ns));
  return [box];
}

function phases(item) {
  if (item.phases.length === 0) return null;
  const row = ({ name, start, duration: ns }) => el('tr', {}, el('th', { scope: 'row' }, el('i', { class: 'swatch', 'data-phase': name }), phaseName(name)),
    el('td', {}, duration(ns)), el('td', { class: 'dim' }, `after ${duration(start)}`));
  return el('table', { class: 'headers phases' }, el('caption', {}, 'Phases'), el('tbody', {}, ...item.phases.map(row)));
}

/** Where its trace is explained. */
function trace(item) {
  if (!item.trace_id && item.request === null) return null;
  const [box, add] = factList();
  if (item.trace_id) add('Trace id', el('code', {}, item.trace_id), copyButton(item.trace_id, 'the trace id'));
  if (item.span_id) add('Span id', el('code', {}, item.span_id));
  if (item.parent_span_id) add('Parent span', el('code', {}, item.parent_span_id));
  const request = item.request === null ? null : list.find(item.request);
  const go = el('button', { type: 'button', class: 'main' }, request ? 'Its headers, hops and backend spans' : 'Requests of this trace');
  go.addEventListener('click', () => {
    tabs.show('tab-requests');
    if (request) list.open(item.request);
    else list.search(item.trace_id);
  });
  return el('section', { 'aria-label': 'Trace' },
    request ? el('p', { class: 'banner', 'data-verdict': request.verdict },
      el('strong', {}, `${verdictSign(request.verdict)} ${verdictWord(request.verdict)}`), `: ${request.because}`) : null,
    box, request || item.trace_id ? go : null);
}

async function fill(session, item, members, text) {
  const mine = shown;
  const answer = await fetch(`/api/sessions/${encodeURIComponent(session.id)}/events/${encodeURIComponent(item.id)}`).catch(() => null);
  const came = answer?.ok ? await answer.text() : 'The inspector no longer has this event.';
  if (mine !== shown) return;
  text.textContent = raw.pretty(came);
  members.replaceChildren(...raw.members(came, item.kind));
}
