// What the keys do in a list of options, the same in every list of the page.

/**
 * Arrows, Home and End choose among the options that are shown, Enter opens the chosen one.
 * @param {HTMLElement} list a `listbox`; each option names itself in `data-id`
 * @param {{selected: () => string|null, choose: (id: string) => void, open: () => void}} on
 */
export function listKeys(list, on) {
  list.addEventListener('keydown', (event) => {
    const rows = [...list.querySelectorAll('[role=option]')].filter((row) => !row.hidden);
    const at = rows.findIndex((row) => row.dataset.id === on.selected());
    const targets = { ArrowDown: at + 1, ArrowUp: Math.max(at - 1, 0), Home: 0, End: rows.length - 1 };
    if (!(event.key in targets)) {
      if (event.key === 'Enter' && at >= 0) on.open();
      return;
    }
    event.preventDefault();
    const row = rows[Math.min(targets[event.key], rows.length - 1)];
    if (!row) return;
    const { id } = row.dataset;
    on.choose(id);
    [...list.querySelectorAll('[role=option]')].find((one) => one.dataset.id === id)?.scrollIntoView({ block: 'nearest' });
  });
}
