// The event as it came: pretty, and its members as a table.

import { el } from './dom.js';

/** Rows of a table: an event may have thousands of members, and all of them stand below it as well. */
const ROWS = 300;

/** JSON with line breaks; what is none stays as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The members that are about the event itself and what the app attached; of a log or a span all. */
export function members(text, kind) {
  let event;
  try {
    event = JSON.parse(text);
  } catch {
    return [];
  }
  const parts = kind === 'log' || kind === 'span' ? [[kind, event]]
    : [[event?.type, event?.[event?.type]], ['feature_flags', event?.feature_flags], ['freeze', event?.freeze], ['context', event?.context], ['connectivity', event?.connectivity]];
  const rows = [];
  for (const [name, value] of parts) flatten(String(name), value, rows);
  if (rows.length === 0) return [];
  const table = el('table', { class: 'headers members' }, el('caption', {}, 'What it says'),
    el('tbody', {}, ...rows.slice(0, ROWS).map(([name, value]) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, value)))));
  return rows.length > ROWS ? [table, el('p', { class: 'note' }, `… and ${rows.length - ROWS} more below`)] : [table];
}

function flatten(name, value, into) {
  if (value === undefined || into.length > ROWS) return;
  if (value === null || typeof value !== 'object') into.push([name, String(value)]);
  else for (const [key, below] of Object.entries(value)) flatten(`${name}.${key}`, below, into);
}
