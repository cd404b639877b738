/** Keyboard shortcuts: arrows move between messages, Enter opens a thread, E edits, Escape closes. */

import { autosize, composerKey } from './composer.js';
import { on, run } from './events.js';
import { go, route } from './route.js';

/** Listens for keys and typing. */
export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    if (target.matches('[data-field="compose"]')) composerKey(event, target);
    else if (target.matches('[data-field="edit"]')) editorKey(event, target);
    else if (target.matches('.message')) messageKey(event, target);
    if (event.key === 'Escape' && !event.defaultPrevented && !target.closest('dialog')) closePanel();
  });
  document.addEventListener('input', ({ target }) => target.matches('textarea[data-field]') && autosize(target));
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
  const index = all.indexOf(message);
  const targets = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 };
  if (event.key in targets) focusMessage(all, all[targets[event.key]]);
  else if (event.key === 'Enter' && message.dataset.pane === 'channel') run('open-thread', message);
  else if (event.key === 'e') run('edit', message);
  else return;
  event.preventDefault();
}

function focusMessage(all, message) {
  if (!message) return;
  for (const other of all) other.tabIndex = other === message ? 0 : -1;
  message.focus();
}

function closePanel() {
  if (document.body.classList.contains('drawer-open')) run('close-drawer');
  else if (route().thread) run('close-thread');
}

/** The URL's fragment is the route, so a skip link must not change it. */
on('skip', (link, event) => {
  event.preventDefault();
  document.querySelector(link.hash).focus();
});

on('close-thread', () => {
  const { channel, thread } = route();
  go(channel);
  const root = document.querySelector(`#messages [data-message="${CSS.escape(thread)}"]`);
  (root ?? document.getElementById('main-text')).focus({ preventScroll: true });
});
