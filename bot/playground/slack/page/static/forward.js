/** Forwarding a message to a channel, a person, or the thread that is open. */

import { act, toast } from './api.js';
import { h, show } from './dom.js';
import { route } from './route.js';
import { all } from './store.js';

/** @param {any} m the message @param {{channel: string, ts: string}} key */
export async function forward(m, key) {
  const destination = await askDestination(m);
  if (!destination) return;
  const [to, thread = null] = destination.to.split('/');
  if (await act('forward', { ...key, to, thread, text: destination.text })) toast('The message is forwarded.');
}

function destinations() {
  const { channel, thread } = route();
  const channels = all('channel').map((c) => ({ value: c.id, label: c.dm ? c.name : `#${c.name}` }));
  return thread ? [{ value: `${channel}/${thread}`, label: 'This thread' }, ...channels] : channels;
}

/** @returns {Promise<{to: string, text: string} | null>} */
function askDestination(m) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('confirm'));
  show(dialog, h('form', { method: 'dialog' },
    h('header', {}, h('h2', {}, 'Forward this message')),
    h('div', { class: 'modal-body' },
      h('p', { class: 'bk-hint' }, `From ${m.author.name}`),
      h('div', { class: 'bk-input' }, h('label', { for: 'forward-to' }, 'To'),
        h('select', { id: 'forward-to', name: 'to' }, destinations().map((d) => h('option', { value: d.value }, d.label)))),
      h('div', { class: 'bk-input' }, h('label', { for: 'forward-text' }, 'Add a message', h('span', { class: 'bk-hint' }, ' (optional)')),
        h('textarea', { id: 'forward-text', name: 'text', rows: 3 }))),
    h('footer', {},
      h('button', { class: 'bk-button', value: 'no', formnovalidate: true }, 'Cancel'),
      h('button', { class: 'bk-button primary', value: 'yes' }, 'Forward'))));
  dialog.setAttribute('aria-label', 'Forward this message');
  const form = dialog.querySelector('form');
  form.reset();
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const { to, text } = form.elements;
      resolve(dialog.returnValue === 'yes' ? { to: to.value, text: text.value } : null);
    }, { once: true });
  });
}
