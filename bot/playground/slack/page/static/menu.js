/** One menu for the page, opened beside the button that was pressed. */

import { h, show } from './dom.js';
import { on } from './events.js';

/** @type {(() => void)[]} */
let deeds = [];
/** @type {HTMLElement | null} */
let opener = null;

const menu = () => document.getElementById('menu');

/**
 * @param {HTMLElement} button
 * @param {{label: string, note?: string, checked?: boolean, danger?: boolean, run: () => void}[]} items
 */
export function openMenu(button, items) {
  opener = button;
  deeds = items.map((item) => item.run);
  const checkable = items.some((item) => item.checked !== undefined);
  show(menu(), items.map((item, i) => h('button', {
    type: 'button', role: checkable ? 'menuitemradio' : 'menuitem', tabindex: -1, 'data-do': 'menu-item', 'data-index': i,
    'aria-checked': checkable ? String(item.checked) : null, class: item.danger ? 'danger' : null,
  }, checkable && h('span', { class: 'tick', 'aria-hidden': 'true' }, item.checked ? '✓' : ''),
  h('span', {}, item.label, item.note && h('span', { class: 'note' }, item.note)))));
  menu().setAttribute('aria-label', button.getAttribute('aria-label') ?? button.textContent);
  menu().showPopover();
  stand(button);
  menu().firstElementChild?.focus();
}

/** Beside *button*, inside the window. */
function stand(button) {
  const at = button.getBoundingClientRect();
  const size = menu().getBoundingClientRect();
  const below = at.bottom + size.height + 8 < innerHeight;
  const left = Math.min(at.left, innerWidth - size.width - 8);
  menu().style.left = `${Math.max(8, left)}px`;
  menu().style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - size.height - 4)}px`;
}

on('menu-item', (item) => {
  menu().hidePopover();
  opener?.focus();
  deeds[Number(item.dataset.index)]();
});

export function listenToMenu() {
  menu().addEventListener('keydown', (event) => {
    const items = [...menu().children];
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      items.at(steps[event.key] % items.length).focus();
    } else if (event.key === 'Tab' || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      menu().hidePopover();
      opener?.focus();
    }
  });
}
