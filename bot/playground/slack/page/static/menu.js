/** The one menu of the page, opened beside a button. */

import { h, show } from './dom.js';
import { on } from './events.js';

/** @type {(() => void)[]} */
let actions = [];
/** @type {HTMLElement | null} */
let opener = null;

const menu = () => document.getElementById('menu');

/**
 * @param {HTMLElement} button
 * @param {{label: string, note?: string, checked?: boolean, danger?: boolean, run: () => void}[]} items
 */
export function openMenu(button, items) {
  opener?.setAttribute('aria-expanded', 'false');
  opener = button;
  button.setAttribute('aria-expanded', 'true');
  actions = items.map((item) => item.run);
  const checkable = items.some((item) => item.checked !== undefined);
  show(menu(), items.map((item, i) => h('button', {
    type: 'button', role: checkable ? 'menuitemradio' : 'menuitem', tabindex: -1, 'data-click': 'menu-item', 'data-index': i,
    'aria-checked': checkable ? String(item.checked) : null, class: item.danger ? 'danger' : null,
  }, checkable && h('span', { class: 'tick', 'aria-hidden': 'true' }, item.checked ? '✓' : ''),
  h('span', {}, item.label, item.note && h('span', { class: 'note' }, item.note)))));
  menu().setAttribute('aria-label', button.getAttribute('aria-label') ?? button.textContent);
  menu().showPopover();
  position(button);
  menu().firstElementChild?.focus();
}

/** Positions the menu beside *button*, inside the window. */
function position(button) {
  const anchor = button.getBoundingClientRect();
  const size = menu().getBoundingClientRect();
  const fitsBelow = anchor.bottom + size.height + 8 < innerHeight;
  const left = Math.min(anchor.left, innerWidth - size.width - 8);
  menu().style.left = `${Math.max(8, left)}px`;
  menu().style.top = `${Math.max(8, fitsBelow ? anchor.bottom + 4 : anchor.top - size.height - 4)}px`;
}

on('menu-item', (item) => {
  menu().hidePopover();
  opener?.focus();
  actions[Number(item.dataset.index)]();
});

export function listenToMenu() {
  menu().addEventListener('toggle', ({ newState }) => {
    if (newState === 'closed') opener?.setAttribute('aria-expanded', 'false');
  });
  menu().addEventListener('keydown', (event) => {
    const items = [...menu().children];
    const index = items.indexOf(document.activeElement);
    const targets = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: items.length - 1 };
    if (event.key in targets) {
      event.preventDefault();
      items.at(targets[event.key] % items.length).focus();
    } else if (event.key === 'Tab' || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      menu().hidePopover();
      opener?.focus();
    }
  });
}
