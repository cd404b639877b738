/** What the buttons of messages do. */

import { act, toast } from './actions.js';
import { agreed, confirmed } from './confirm.js';
import { on, run } from './events.js';
import { openMenu } from './menu.js';
import { reading, valuesOf } from './readings.js';
import { go, route } from './route.js';
import { all, channelMessages, message, replies, workspace } from './store.js';
import { ui } from './ui.js';

const FACES = ['+1', 'eyes', 'white_check_mark', 'tada', 'heart', 'thinking_face'];

/** The message that *element* is in, with the pane that shows it. */
function messageOf(element) {
  const holder = element.closest('.message');
  const { channel, message: ts, pane } = holder.dataset;
  return { pane, m: message(channel, ts), at: { channel, ts } };
}

const isMine = (m) => m.author.id === workspace().me && !m.author.app;

/** @param {() => void} redraw */
export function learnDeeds(redraw) {
  const edit = (key) => { ui.editing = key; redraw(); };
  on('edit', (element) => {
    const { m, pane } = messageOf(element);
    if (!m || !isMine(m)) return;
    edit(`${pane}/${m.id}`);
    const field = document.querySelector('.editor textarea');
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  });
  on('cancel-edit', (element) => { leave(element, edit); });
  on('save-edit', async (form) => {
    const { at } = messageOf(form);
    if (await act('edit', { ...at, text: form.querySelector('textarea').value.trim() })) leave(form, edit);
  });
  on('edit-last', (field) => {
    const last = lastOwn(field.form.id === 'thread-composer');
    if (last) run('edit', document.querySelector(last));
  });
}

function leave(element, edit) {
  const holder = element.closest('.message');
  edit(null);
  holder.focus();
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

on('open-reactions', (button) => openMenu(button, FACES.map((name) => ({
  label: `:${name}:`.replaceAll('_', ' '), run: () => act('react', { ...messageOf(button).at, name }),
}))));

on('react', (button) => act('react', { ...messageOf(button).at, name: button.dataset.name }));

on('open-more', (button) => {
  const { m, at } = messageOf(button);
  const mine = isMine(m) ? [
    { label: 'Edit message', run: () => run('edit', button) },
    { label: 'Delete message', danger: true, run: () => remove(at) },
  ] : [];
  openMenu(button, [
    { label: 'Reply in thread', run: () => run('open-thread', button) },
    ...mine,
    ...all('shortcut').map((s) => ({ label: s.name, run: () => act('shortcut', { ...at, callback_id: s.callback_id }) })),
    { label: 'Copy link', run: () => copy(m.permalink) },
  ]);
});

async function remove(at) {
  if (await confirmed({ title: 'Delete message', text: 'This cannot be undone.', yes: 'Delete', danger: true })) act('delete', at);
}

async function copy(link) {
  try {
    await navigator.clipboard.writeText(link);
    toast('The link is copied.');
  } catch {
    toast(link);
  }
}

/** Where a Block Kit element stands: in a message or in a view. */
async function placeOf(element) {
  const view = element.closest('[data-view]');
  return view ? { view: view.dataset.view, values: await valuesOf(view) } : messageOf(element).at;
}

async function tell(element, value) {
  if (!(await agreed(element))) return;
  const { block, action } = element.dataset;
  await act('click', { ...(await placeOf(element)), block, action, value });
}

on('bk-act', async (element) => tell(element, await reading(element)));

on('bk-overflow', (button) => openMenu(button, JSON.parse(button.dataset.options).map((option) => ({
  label: option.text.plain, run: () => tell(button, option.value),
}))));
