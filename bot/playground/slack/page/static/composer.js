/** The composer. Enter sends, Shift+Enter starts a new line, ↑ edits one's last message. */

import { act, toast } from './api.js';
import { enableAutocomplete } from './autocomplete.js';
import { h, show } from './dom.js';
import { on, run } from './events.js';
import { encodeFiles } from './form_values.js';
import { draftOf, keepDraft } from './local_state.js';
import { openMenu } from './menu.js';
import { expectAnswer } from './own_questions.js';
import { pastedTable } from './pasted_tables.js';
import { go, route } from './route.js';
import { all, get, user, workspace } from './store.js';

/** @typedef {{files: File[], table: string[][] | null}} Extras what is sent besides text */
const NO_EXTRAS = { files: [], table: null };

/** @type {Map<string, Extras>} by the form's id */
const unsent = new Map();
const extrasOf = (form) => unsent.get(form.id) ?? NO_EXTRAS;

/** Builds the fields of *form*, once. */
export function setUpComposer(form, label, broadcast) {
  const id = form.id.replace('-composer', '');
  show(form,
    h('ul', { class: 'suggestions', id: `${id}-suggestions`, role: 'listbox', 'aria-label': 'Suggestions', hidden: true }),
    h('div', { class: 'composer-box' },
      h('textarea', {
        id: `${id}-text`, rows: 1, dir: 'auto', 'aria-label': label, 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox',
        'aria-controls': `${id}-suggestions`, 'data-field': 'compose',
      }),
      h('ul', { class: 'attachments', 'aria-label': 'To be sent with the message', hidden: true }),
      h('div', { class: 'row' },
        h('label', { class: 'attach', title: 'Attach files' }, h('span', { 'aria-hidden': 'true' }, '+'),
          h('input', { type: 'file', multiple: true, 'data-change': 'attach-files', 'aria-label': 'Attach files' })),
        h('button', { type: 'button', class: 'attach', 'data-click': 'open-extras', 'aria-label': 'More ways to post', title: 'More ways to post', 'aria-haspopup': 'menu' }, '⋯'),
        broadcast && h('label', { class: 'broadcast' }, h('input', { type: 'checkbox', name: 'broadcast' }), h('span', {}, 'Also send to channel')),
        h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, '➤'))));
  enableAutocomplete(form);
  form.querySelector('textarea').addEventListener('input', ({ target }) => keepDraft(form.dataset.conversation, target.value));
  form.querySelector('textarea').addEventListener('paste', (event) => paste(event, form));
  form.addEventListener('submit', (event) => { event.preventDefault(); send(form); });
}

/** Points the form to *conversation*; unsent text stays with the conversation it was typed for. */
export function switchTo(form, conversation, placeholder) {
  const field = form.querySelector('textarea');
  field.placeholder = placeholder;
  if (form.dataset.conversation === conversation) return;
  form.dataset.conversation = conversation;
  field.value = draftOf(conversation);
  autosize(field);
}

/** Sets the text of the form and focuses it. */
export function setText(form, text) {
  const field = form.querySelector('textarea');
  field.value = text;
  keepDraft(form.dataset.conversation, text);
  field.focus();
  autosize(field);
}

/** Makes *field* as high as its text. */
export function autosize(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}

async function send(form, voice = false) {
  const field = form.querySelector('textarea');
  const text = field.value.trim();
  const { files, table } = extrasOf(form);
  if (!text && !files.length && !table) return;
  setText(form, '');
  setExtras(form, NO_EXTRAS);
  const broadcast = form.elements.broadcast?.checked ?? false;
  if (!(await submit(destinationOf(form), { text, files, table, voice, broadcast }))) {
    setText(form, [text, field.value].filter(Boolean).join('\n'));
    return;
  }
  if (form.elements.broadcast) form.elements.broadcast.checked = false;
}

function destinationOf(form) {
  const { channel, thread } = route();
  return { channel, thread: form.id === 'thread-composer' ? thread : null };
}

/** Posts a message, or gives the command that it is; null if it was refused. */
export async function submit(destination, message) {
  const { text, files, table } = message;
  if (text.startsWith('/') && !files.length && !table) return runCommand(destination, text);
  const sent = await act('say', { ...destination, ...message, files: await encodeFiles(files) });
  if (!sent || destination.thread) return sent;
  if (get(`channel:${destination.channel}`)?.bot) go(destination.channel, sent.ts);
  else expectAnswer(destination.channel, sent.ts);
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

function setExtras(form, extras) {
  unsent.set(form.id, extras);
  const list = form.querySelector('.attachments');
  const { files, table } = extras;
  list.hidden = !files.length && !table;
  show(list,
    files.map((file, i) => extra(file.name, { 'data-click': 'remove-file', 'data-index': i })),
    table && extra(`Table, ${table.length} by ${table[0].length}`, { 'data-click': 'remove-table' }));
}

const extra = (name, click) => h('li', {}, name, ' ',
  h('button', { type: 'button', ...click, 'aria-label': `Do not send ${name}` }, '✕'));

on('attach-files', (input) => {
  const extras = extrasOf(input.form);
  setExtras(input.form, { ...extras, files: [...extras.files, ...input.files] });
  input.value = '';
});

on('remove-file', (button) => {
  const extras = extrasOf(button.form);
  setExtras(button.form, { ...extras, files: extras.files.filter((_, i) => i !== Number(button.dataset.index)) });
});

on('remove-table', (button) => setExtras(button.form, { ...extrasOf(button.form), table: null }));

/** Pasted cells become a table, as in Slack. */
function paste(event, form) {
  const table = pastedTable(event.clipboardData);
  if (!table) return;
  event.preventDefault();
  setExtras(form, { ...extrasOf(form), table });
}

const ALERTS = { attachment: 'an attachment', blocks: 'blocks', short: 'a short text and blocks' };

on('open-extras', (button) => openMenu(button, [
  { label: 'Send as a voice clip', note: 'What you typed becomes its transcript', run: () => send(button.form, true) },
  ...Object.entries(ALERTS).map(([kind, form]) => ({
    label: `Let Monitor post an alert in ${form}`, run: () => act('alert', { ...destinationOf(button.form), kind }),
  })),
]));

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
