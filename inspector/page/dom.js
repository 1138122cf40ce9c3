// Building elements. Text only ever becomes text: nothing here, or anywhere on this page, parses markup.

/**
 * Makes an element.
 * @param {string} tag
 * @param {Object<string, string>} attributes `class`, `role`, `aria-…`, `data-…`
 * @param {...(Node|string|number|null|undefined)} children strings become text nodes, nothing is skipped
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) {
    if (child !== null && child !== undefined && child !== '') element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A button that copies a text and says so. */
export function copyButton(text, what) {
  const button = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${what}` }, 'copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'copied';
    } catch {
      button.textContent = 'not allowed';
    }
    setTimeout(() => { button.textContent = 'copy'; }, 1500);
  });
  return button;
}
