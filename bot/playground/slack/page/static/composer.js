/** The field in which people write. Enter sends, Shift+Enter begins a line, ↑ edits the last. */

import { act, toast } from './actions.js';
import { complete } from './autocomplete.js';
import { h, show } from './dom.js';
import { on, run } from './events.js';
import { contents } from './readings.js';
import { go, route } from './route.js';
import { all, get, user, workspace } from './store.js';

/** @type {Map<string, File[]>} chosen files, by the form's id */
const chosen = new Map();

/** Puts the fields into *form*, once. */
export function furnish(form, label, broadcast) {
  const id = form.id.replace('-composer', '');
  show(form,
    h('ul', { class: 'suggestions', id: `${id}-suggestions`, role: 'listbox', 'aria-label': 'Suggestions', hidden: true }),
    h('div', { class: 'composer-box' },
      h('textarea', {
        id: `${id}-text`, rows: 1, 'aria-label': label, role: 'combobox', 'aria-autocomplete': 'list',
        'aria-expanded': 'false', 'aria-controls': `${id}-suggestions`, 'data-field': 'compose',
      }),
      h('ul', { class: 'chosen', 'aria-label': 'Files to send', hidden: true }),
      h('div', { class: 'row' },
        h('label', { class: 'attach', title: 'Attach files' }, h('span', { 'aria-hidden': 'true' }, '+'),
          h('input', { type: 'file', multiple: true, 'data-change': 'choose-files', 'aria-label': 'Attach files' })),
        broadcast && h('label', { class: 'broadcast' }, h('input', { type: 'checkbox', name: 'broadcast' }), h('span', {}, 'Also send to channel')),
        h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, '➤'))));
  complete(form);
  form.addEventListener('submit', (event) => { event.preventDefault(); send(form); });
}

/** What is half written, by where it would be said. @type {Map<string, string>} */
const drafts = new Map();

/** Puts the form to *where*; what is half written waits where it was begun. */
export function place(form, where, placeholder) {
  const field = form.querySelector('textarea');
  field.placeholder = placeholder;
  if (form.dataset.where === where) return;
  drafts.set(form.dataset.where, field.value);
  form.dataset.where = where;
  field.value = drafts.get(where) ?? '';
  fit(field);
}

/** Writes *text* into the form and goes there. */
export function write(form, text) {
  const field = form.querySelector('textarea');
  field.value = text;
  field.focus();
  fit(field);
}

/** As high as its text. */
export function fit(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}

async function send(form) {
  const field = form.querySelector('textarea');
  const text = field.value.trim();
  const files = chosen.get(form.id) ?? [];
  const { channel, thread } = route();
  const where = { channel, thread: form.id === 'thread-composer' ? thread : null };
  if (!text && !files.length) return;
  write(form, '');
  choose(form, []);
  if (!(await deliver(where, text, files, form.elements.broadcast?.checked ?? false))) {
    write(form, [text, field.value].filter(Boolean).join('\n'));
    return;
  }
  if (form.elements.broadcast) form.elements.broadcast.checked = false;
}

async function deliver(where, text, files, broadcast) {
  if (text.startsWith('/') && !files.length) return slash(where, text);
  const sent = await act('say', { ...where, text, files: await contents(files), broadcast });
  if (sent && !where.thread && get(`channel:${where.channel}`)?.bot) go(where.channel, sent.ts);
  return sent;
}

function slash(where, text) {
  const [name] = text.split(/\s/, 1);
  if (where.thread) return refuse(`${name} is not supported in threads. Mention @${user(workspace().bot).handle} instead.`);
  if (!all('command').some((c) => c.name === name)) return refuse(`${name} is not a valid command.`);
  return act('slash', { channel: where.channel, text });
}

function refuse(sentence) {
  toast(sentence);
  return null;
}

function choose(form, files) {
  chosen.set(form.id, files);
  const list = form.querySelector('.chosen');
  list.hidden = !files.length;
  show(list, files.map((file, i) => h('li', {}, file.name, ' ',
    h('button', { type: 'button', 'data-do': 'drop-file', 'data-index': i, 'aria-label': `Do not send ${file.name}` }, '✕'))));
}

on('choose-files', (input) => {
  choose(input.form, [...(chosen.get(input.form.id) ?? []), ...input.files]);
  input.value = '';
});

on('drop-file', (button) => {
  const form = button.closest('form');
  choose(form, chosen.get(form.id).filter((_, i) => i !== Number(button.dataset.index)));
});

/** The keys of the field that `keyboard.js` leaves to it; autocomplete had its turn before. */
export function composerKey(event, field) {
  if (event.isComposing) return;
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    field.form.requestSubmit();
  } else if (event.key === 'ArrowUp' && field.value === '') {
    event.preventDefault();
    run('edit-last', field, event);
  }
}
