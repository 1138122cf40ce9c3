// A list of facts.

import { el } from './dom.js';

/** The list, and how to add to it; a fact without a value is left out. */
export function factList() {
  const list = el('dl', { class: 'facts' });
  const add = (name, ...value) => {
    const parts = value.filter((part) => part !== null && part !== undefined && part !== '' && part !== false);
    if (parts.length > 0) list.append(el('dt', {}, name), el('dd', {}, ...parts));
  };
  return [list, add];
}
