/** The confirmation dialog. */

import { h, show } from './dom.js';

/**
 * @param {{title?: string, text: string, yes?: string, no?: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function askConfirmation({ title, text, yes = 'Yes', no = 'Cancel', danger = false }) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('confirm'));
  show(dialog, h('form', { method: 'dialog' },
    h('header', {}, h('h2', {}, title ?? 'Are you sure?')),
    h('div', { class: 'modal-body' }, h('p', {}, text)),
    h('footer', {},
      h('button', { class: 'bk-button', value: 'no' }, no),
      h('button', { class: `bk-button ${danger ? 'danger' : 'primary'}`, value: 'yes' }, yes))));
  dialog.setAttribute('aria-label', title ?? 'Are you sure?');
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

/** Asks with the confirmation object of a Block Kit element; true if it has none. */
export async function isConfirmed(element) {
  if (!element.dataset.confirm) return true;
  const { title, text, confirm, deny, style } = JSON.parse(element.dataset.confirm);
  return askConfirmation({
    title: title?.plain, text: text?.plain ?? '', yes: confirm?.plain, no: deny?.plain, danger: style === 'danger',
  });
}
