/** The composer. Enter sends, Shift+Enter starts a new line, ↑ edits one's last message. */

import { act, toast } from './api.js';
import { enableAutocomplete } from './autocomplete.js';
import { h, show } from './dom.js';
import { on, run } from './events.js';
import { encodeFiles } from './form_values.js';
import { go, route } from './route.js';
import { all, get, user, workspace } from './store.js';

/** @type {Map<string, File[]>} the files to send, by the form's id */
const attachments = new Map();

/** Builds the fields of *form*, once. */
export function setUpComposer(form, label, broadcast) {
  const id = form.id.replace('-composer', '');
  show(form,
    h('ul', { class: 'suggestions', id: `${id}-suggestions`, role: 'listbox', 'aria-label': 'Suggestions', hidden: true }),
    h('div', { class: 'composer-box' },
      h('textarea', {
        id: `${id}-text`, rows: 1, 'aria-label': label, role: 'combobox', 'aria-autocomplete': 'list',
        'aria-expanded': 'false', 'aria-controls': `${id}-suggestions`, 'data-field': 'compose',
      }),
      h('ul', { class: 'attachments', 'aria-label': 'Files to send', hidden: true }),
      h('div', { class: 'row' },
        h('label', { class: 'attach', title: 'Attach files' }, h('span', { 'aria-hidden': 'true' }, '+'),
          h('input', { type: 'file', multiple: true, 'data-change': 'attach-files', 'aria-label': 'Attach files' })),
        broadcast && h('label', { class: 'broadcast' }, h('input', { type: 'checkbox', name: 'broadcast' }), h('span', {}, 'Also send to channel')),
        h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, '➤'))));
  enableAutocomplete(form);
  form.addEventListener('submit', (event) => { event.preventDefault(); send(form); });
}

/** Unsent text, by conversation. @type {Map<string, string>} */
const drafts = new Map();

/** Points the form to *conversation*; unsent text stays with the conversation it was typed for. */
export function switchTo(form, conversation, placeholder) {
  const field = form.querySelector('textarea');
  field.placeholder = placeholder;
  if (form.dataset.conversation === conversation) return;
  drafts.set(form.dataset.conversation, field.value);
  form.dataset.conversation = conversation;
  field.value = drafts.get(conversation) ?? '';
  autosize(field);
}

/** Sets the text of the form and focuses it. */
export function setText(form, text) {
  const field = form.querySelector('textarea');
  field.value = text;
  field.focus();
  autosize(field);
}

/** Makes *field* as high as its text. */
export function autosize(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}

async function send(form) {
  const field = form.querySelector('textarea');
  const text = field.value.trim();
  const files = attachments.get(form.id) ?? [];
  const { channel, thread } = route();
  const destination = { channel, thread: form.id === 'thread-composer' ? thread : null };
  if (!text && !files.length) return;
  setText(form, '');
  setAttachments(form, []);
  if (!(await submit(destination, text, files, form.elements.broadcast?.checked ?? false))) {
    setText(form, [text, field.value].filter(Boolean).join('\n'));
    return;
  }
  if (form.elements.broadcast) form.elements.broadcast.checked = false;
}

async function submit(destination, text, files, broadcast) {
  if (text.startsWith('/') && !files.length) return runCommand(destination, text);
  const sent = await act('say', { ...destination, text, files: await encodeFiles(files), broadcast });
  if (sent && !destination.thread && get(`channel:${destination.channel}`)?.bot) go(destination.channel, sent.ts);
  return sent;
}

function runCommand(destination, text) {
  const [name] = text.split(/\s/, 1);
  if (destination.thread) return refuse(`${name} is not supported in threads. Mention @${user(workspace().bot).handle} instead.`);
  if (!all('command').some((c) => c.name === name)) return refuse(`${name} is not a valid command.`);
  return act('slash', { channel: destination.channel, text });
}

function refuse(reason) {
  toast(reason);
  return null;
}

function setAttachments(form, files) {
  attachments.set(form.id, files);
  const list = form.querySelector('.attachments');
  list.hidden = !files.length;
  show(list, files.map((file, i) => h('li', {}, file.name, ' ',
    h('button', { type: 'button', 'data-click': 'remove-file', 'data-index': i, 'aria-label': `Do not send ${file.name}` }, '✕'))));
}

on('attach-files', (input) => {
  setAttachments(input.form, [...(attachments.get(input.form.id) ?? []), ...input.files]);
  input.value = '';
});

on('remove-file', (button) => {
  const form = button.closest('form');
  setAttachments(form, attachments.get(form.id).filter((_, i) => i !== Number(button.dataset.index)));
});

/** Handles a key in the composer; autocomplete sees it first. */
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
