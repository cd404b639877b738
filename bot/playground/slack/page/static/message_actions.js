/** The actions of the buttons at messages. */

import { act, toast } from './api.js';
import { isConfirmed, askConfirmation } from './confirm.js';
import { on, run } from './events.js';
import { forward } from './forward.js';
import { openMenu } from './menu.js';
import { fieldValue, formValues } from './form_values.js';
import { go, route } from './route.js';
import { all, channelMessages, isMine, message, replies } from './store.js';
import { local } from './local_state.js';

const REACTIONS = ['+1', 'eyes', 'white_check_mark', 'tada', 'heart', 'thinking_face'];

/** The message that *element* is in, with the pane that shows it. */
function messageOf(element) {
  const { channel, message: ts, pane } = element.closest('.message').dataset;
  return { pane, m: message(channel, ts), key: { channel, ts } };
}

/** @param {() => void} redraw */
export function listenToMessageActions(redraw) {
  const setEditing = (id) => { local.editing = id; redraw(); };
  on('edit', (element) => {
    const { m, pane } = messageOf(element);
    if (!m || !isMine(m)) return;
    setEditing(`${pane}/${m.id}`);
    const field = document.querySelector('.editor textarea');
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  });
  on('cancel-edit', (element) => { stopEditing(element, setEditing); });
  on('save-edit', async (form) => {
    const { key } = messageOf(form);
    if (await act('edit', { ...key, text: form.querySelector('textarea').value.trim() })) stopEditing(form, setEditing);
  });
  on('edit-last', (field) => {
    const last = lastOwn(field.form.id === 'thread-composer');
    if (last) run('edit', document.querySelector(last));
  });
}

function stopEditing(element, setEditing) {
  const messageElement = element.closest('.message');
  setEditing(null);
  messageElement.focus();
}

function lastOwn(inThread) {
  const { channel, thread } = route();
  const own = (inThread ? replies(channel, thread) : channelMessages(channel)).filter(isMine).at(-1);
  return own && `[data-pane="${inThread ? 'thread' : 'channel'}"][data-message="${own.ts}"]`;
}

on('open-thread', (element) => {
  const { m } = messageOf(element);
  go(m.channel, m.thread ?? m.ts);
});

on('open-reactions', (button) => openMenu(button, REACTIONS.map((name) => ({
  label: `:${name}:`.replaceAll('_', ' '), run: () => act('react', { ...messageOf(button).key, name }),
}))));

on('react', (button) => act('react', { ...messageOf(button).key, name: button.dataset.name }));

on('open-more', (button) => {
  const { m, key } = messageOf(button);
  const mine = isMine(m) ? [
    { label: 'Edit message', run: () => run('edit', button) },
    { label: 'Delete message', danger: true, run: () => remove(key) },
  ] : [];
  openMenu(button, [
    { label: 'Reply in thread', run: () => run('open-thread', button) },
    { label: 'Forward message…', run: () => forward(m, key) },
    ...mine,
    ...all('shortcut').map((s) => ({ label: s.name, run: () => act('shortcut', { ...key, callback_id: s.callback_id }) })),
    { label: 'Copy link', run: () => copy(m.permalink) },
  ]);
});

async function remove(key) {
  if (await askConfirmation({ title: 'Delete message', text: 'This cannot be undone.', yes: 'Delete', danger: true })) act('delete', key);
}

async function copy(link) {
  try {
    await navigator.clipboard.writeText(link);
    toast('The link is copied.');
  } catch {
    toast(link);
  }
}

/** What identifies the message or the view that a Block Kit element is in. */
async function containerOf(element) {
  const view = element.closest('[data-view]');
  return view ? { view: view.dataset.view, values: await formValues(view) } : messageOf(element).key;
}

async function click(element, value) {
  if (!(await isConfirmed(element))) return;
  const { block, action } = element.dataset;
  await act('click', { ...(await containerOf(element)), block, action, value });
}

on('bk-act', async (element) => click(element, await fieldValue(element)));

on('bk-overflow', (button) => openMenu(button, JSON.parse(button.dataset.options).map((option) => ({
  label: option.text.plain, run: () => click(button, option.value),
}))));
