/** What the server offers to try: each item is done for real, by who does it best, at one click. */

import { toast } from './api.js';
import { submit } from './composer.js';
import { h } from './dom.js';
import { on, run } from './events.js';
import { openMenu } from './menu.js';
import { go } from './route.js';
import { channelMessages, get, user, workspace } from './store.js';

const POLL_MS = 50;
const MAX_WAIT_MS = 5000;

/** @typedef {{title: string, user: string, channel: string, messages: {text: string, files?: {name: string, text: string}[]}[]}} Try */

/** @returns {Try[]} */
const tries = () => get('tries')?.items ?? [];

/** The list, for where there is room for it. */
export const triesList = () => tries().length > 0 && h('section', { class: 'tries', 'data-key': 'tries' },
  h('h2', {}, 'Try this'),
  h('ul', {}, tries().map(({ title }, i) => h('li', {}, h('button', { type: 'button', 'data-click': 'try', 'data-index': i }, title)))));

/** The button that opens the list as a menu, for where there is none. */
export const triesButton = () => tries().length > 0
  && h('button', { type: 'button', class: 'open-tries', 'data-click': 'open-tries', 'aria-haspopup': 'menu' }, 'Try this');

/** @param {(user: string) => Promise<void>} become */
export function listenToTries(become) {
  on('try', (button) => tryOut(tries()[button.dataset.index], become));
  on('open-tries', (button) => openMenu(button, tries().map((item) => ({ label: item.title, run: () => tryOut(item, become) }))));
}

/** @param {Try} item */
async function tryOut(item, become) {
  run('close-drawer');
  if (workspace().me !== item.user) {
    await become(item.user);
    toast(`You are ${user(item.user).name} now. Choose who you are at the end of the list of channels.`);
  }
  go(item.channel);
  for (const [i, { text, files = [] }] of item.messages.entries()) {
    const said = channelMessages(item.channel).length;
    const message = { text, files: files.map((f) => new File([f.text], f.name)), table: null, voice: false, broadcast: false };
    if (!(await submit({ channel: item.channel, thread: null }, message))) return;
    if (i + 1 < item.messages.length) await until(() => channelMessages(item.channel).length > said);
  }
}

/** Waits for the answer to a command; what comes next says by itself if there was none. */
async function until(condition) {
  for (const end = Date.now() + MAX_WAIT_MS; Date.now() < end && !condition();) {
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
  }
}
