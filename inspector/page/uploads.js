// What apps sent, batch by batch with every try; the fault that the next ones meet; what apps tell of their SDK.

import { byId, el } from './dom.js';
import { appName, bytes, dateTime, timeOfDay } from './words.js';

const dialog = byId('uploads');
const state = byId('fault-state');

/** Starts the panel. */
export function start() {
  byId('open-uploads').addEventListener('click', () => {
    dialog.showModal();
    refresh();
  });
  byId('set-fault').addEventListener('click', set);
  byId('remove-fault').addEventListener('click', () => exchange({ method: 'DELETE' }));
  byId('fault-answer').addEventListener('change', showFields);
  showFields();
}

/** Shows the current state; batches only where somebody looks. */
export async function refresh() {
  try {
    showFault((await get('/api/fault')).fault);
    if (!dialog.open) return;
    byId('batches').replaceChildren(...batches(await get('/api/uploads')));
    byId('telemetry').replaceChildren(...(await get('/api/telemetry')).reverse().map(oneApp));
  } catch {
    say('error', 'The inspector does not answer.');
  }
}

async function get(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

function say(kind, words) {
  state.dataset.kind = kind;
  state.textContent = words;
}

/** A field that the chosen answer does not use is not shown. */
function showFields() {
  const answer = byId('fault-answer').value;
  byId('fault-retry').parentElement.hidden = !/^\d/.test(answer);
  byId('fault-delay').parentElement.hidden = answer !== 'slow';
}

function showFault(fault) {
  const badge = byId('fault-badge');
  badge.hidden = fault === null;
  if (fault === null) return say('plain', 'No fault: the inspector answers as an intake on a good day.');
  const retry = fault.retry_after === null ? '' : `, Retry-After ${fault.retry_after} s`;
  const left = fault.next === null ? 'until you change it' : `for ${fault.next} more ${fault.next === 1 ? 'request' : 'requests'}`;
  const words = `${faultWord(fault)}${retry} ${left}`;
  badge.textContent = `Fault: ${words}`;
  say('error', `The next uploads meet a fault: ${words}${fault.otlp ? ', OTLP included' : ''}.`);
}

const faultWord = (fault) => (fault.answer === 'slow' ? `slow, ${fault.delay_ms} ms` : String(fault.answer));

function set() {
  const number = (id) => (byId(id).value === '' ? null : Number(byId(id).value));
  const answer = byId('fault-answer').value;
  const fault = { answer: /^\d/.test(answer) ? Number(answer) : answer, next: number('fault-next'), otlp: byId('fault-otlp').checked };
  if (/^\d/.test(answer)) fault.retry_after = number('fault-retry');
  if (answer === 'slow') fault.delay_ms = number('fault-delay') ?? 5000;
  return exchange({ method: 'PUT', body: JSON.stringify(fault) });
}

async function exchange(options) {
  try {
    const answer = await fetch('/api/fault', options);
    if (!answer.ok) return say('error', `Not set: ${(await answer.json()).detail}`);
    return refresh();
  } catch {
    return say('error', 'The inspector does not answer.');
  }
}

function batches(list) {
  if (list.length === 0) return [el('p', { class: 'note' }, 'Nothing has been sent yet.')];
  const body = el('tbody', {}, ...list.reverse().map((batch) => el('tr', {},
    el('td', { class: 'took' }, timeOfDay(batch.tries[0]?.at ?? null)),
    el('td', { class: 'name' }, el('code', {}, batch.key ?? 'no key'), el('span', { class: 'dim' }, ` ${batch.path}${batch.bytes === null ? '' : `, ${bytes(batch.bytes)}`}`)),
    el('td', {}, ...tries(batch)),
    el('td', {}, batch.taken ? 'taken' : 'not taken'))));
  return [el('table', { class: 'headers' },
    el('thead', {}, el('tr', {}, ...['First try', 'Batch', 'Tries', 'Result'].map((name) => el('th', { scope: 'col' }, name)))), body)];
}

function tries(batch) {
  const earlier = batch.tried - batch.tries.length;
  const shown = batch.tries.map((one) => el('li', { title: `${dateTime(one.at)}, request ${one.request_id ?? 'without an id'}` },
    `${one.status ?? 'no whole answer'}`, one.fault === null ? null : el('span', { class: 'dim' }, ` fault: ${one.fault}`)));
  return [earlier > 0 ? el('p', { class: 'note' }, `${earlier} earlier ones`) : null, el('ol', { class: 'tries' }, ...shown)].filter(Boolean);
}

function oneApp(told) {
  const list = el('dl', { class: 'facts' });
  for (const [name, value] of flat(told.telemetry, '')) list.append(el('dt', {}, name), el('dd', {}, String(value)));
  return el('section', {},
    el('h4', {}, [appName(told.app), told.application_id, told.service && `${told.service} ${told.version ?? ''}`.trim()].filter(Boolean).join(' · '), el('span', { class: 'dim' }, ` ${dateTime(told.date)}`)),
    list);
}

/** Names joined by dots, with their values; a list counts from 0. */
function flat(value, name) {
  if (value === null || typeof value !== 'object') return [[name, value]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, name === '' ? key : `${name}.${key}`));
}
