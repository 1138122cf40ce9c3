// The page's two halves: requests and sessions.

import { byId } from './dom.js';

const tabs = [...byId('tabs').children];

/** Starts the tabs. */
export function start() {
  for (const tab of tabs) tab.addEventListener('click', () => show(tab.id));
  byId('tabs').addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.findIndex((tab) => tab.ariaSelected === 'true');
    const next = tabs[(at + step + tabs.length) % tabs.length];
    show(next.id);
    next.focus();
  });
}

/** Shows one half, by its tab's id. */
export function show(id) {
  for (const tab of tabs) {
    const chosen = tab.id === id;
    tab.ariaSelected = String(chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(tab.getAttribute('aria-controls')).hidden = !chosen;
  }
}
