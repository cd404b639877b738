/** Keys: arrows through messages, Enter into a thread, E to edit, Escape out. */

import { composerKey, fit } from './composer.js';
import { on, run } from './events.js';
import { go, route } from './route.js';

/** Listens to keys and typing. */
export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    if (target.matches('[data-field="compose"]')) composerKey(event, target);
    else if (target.matches('[data-field="edit"]')) editorKey(event, target);
    else if (target.matches('.message')) messageKey(event, target);
    if (event.key === 'Escape' && !event.defaultPrevented && !target.closest('dialog')) leave();
  });
  document.addEventListener('input', ({ target }) => target.matches('textarea[data-field]') && fit(target));
  document.addEventListener('submit', (event) => {
    if (!event.target.matches('.editor')) return;
    event.preventDefault();
    run('save-edit', event.target);
  });
}

function editorKey(event, field) {
  if (event.isComposing) return;
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    run('save-edit', field.form);
  } else if (event.key === 'Escape') {
    event.preventDefault();
    run('cancel-edit', field);
  }
}

function messageKey(event, message) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...message.closest('.scroll').querySelectorAll('.message')];
  const at = all.indexOf(message);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  if (event.key in steps) focusMessage(all, all[steps[event.key]]);
  else if (event.key === 'Enter' && message.dataset.pane === 'channel') run('open-thread', message);
  else if (event.key === 'e') run('edit', message);
  else return;
  event.preventDefault();
}

function focusMessage(all, message) {
  if (!message) return;
  for (const one of all) one.tabIndex = one === message ? 0 : -1;
  message.focus();
}

function leave() {
  if (document.body.classList.contains('drawer-open')) run('close-drawer');
  else if (route().thread) run('close-thread');
}

/** The address tells the channel, so a skip link must not change it. */
on('skip', (link, event) => {
  event.preventDefault();
  document.querySelector(link.hash).focus();
});

on('close-thread', () => {
  const { channel, thread } = route();
  go(channel);
  const root = document.querySelector(`#messages [data-message="${CSS.escape(thread)}"]`);
  (root ?? document.getElementById('main-text')).focus();
});
