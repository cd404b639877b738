/** The sidebar: channels, direct messages, and the current user. */

import { h, show } from './dom.js';
import { badge, avatar, channelIcon } from './avatars.js';
import { link, route } from './route.js';
import { all, channelMessages, get, user, workspace, workspaces } from './store.js';
import { triesList } from './tries.js';
import { lastRead, local } from './local_state.js';

export function drawSidebar(nav) {
  const { name, me } = workspace();
  const channels = all('channel');
  document.body.classList.toggle('drawer-open', local.drawer);
  show(nav,
    team(name),
    h('div', { class: 'scroll channels' },
      installation(),
      section('Channels', channels.filter((c) => !(c.dm || c.group)), me),
      section('Direct messages', channels.filter((c) => c.dm || c.group), me),
      triesList()),
    currentUser(user(me)),
    h('p', { class: 'connection', role: 'status' }, local.connected ? '' : 'Reconnecting…'));
}

function team(name) {
  const hint = h('span', { class: 'team-hint' }, 'Playground: all of it runs on this computer');
  if (workspaces().length < 2) return h('div', { class: 'team' }, h('span', { class: 'team-name' }, name), hint);
  return h('button', { type: 'button', class: 'team', 'data-click': 'open-workspaces', 'aria-haspopup': 'menu' },
    h('span', { class: 'team-name' }, name, h('span', { 'aria-hidden': 'true' }, ' ⇅')), hint);
}

/** What leads to the app's install page, where the workspace does not have it. */
function installation() {
  const offered = get('install');
  return offered && !workspace().hasApp && h('section', { class: 'install', 'data-key': 'install' },
    h('p', {}, 'This workspace does not have the app.'),
    h('a', { href: offered.url, target: '_blank' }, 'Install Panelbot here'));
}

function section(title, channels, me) {
  return h('section', {}, h('h2', {}, title), h('ul', {}, channels.map((channel) => h('li', { 'data-key': channel.id }, channelLink(channel, me)))));
}

function channelLink(channel, me) {
  const isCurrent = route().channel === channel.id;
  const unread = isCurrent ? 0 : unreadIn(channel, me).length;
  return h('a', {
    href: link(channel.id), 'aria-current': isCurrent ? 'page' : null, class: unread ? 'unread' : null, 'data-click': 'close-drawer',
  },
  channel.dm ? avatar(channel, 'tiny') : channelIcon(channel),
  h('span', { class: 'channel-name' }, channel.name), badge({ app: channel.bot }),
  unread > 0 && h('span', { class: 'count' }, unread, h('span', { class: 'visually-hidden' }, ' unread')));
}

/** The messages of *channel* from others since it was last open. */
export function unreadIn(channel, me) {
  const readTs = lastRead(me, channel.id) ?? '';
  return channelMessages(channel.id).filter((m) => m.ts > readTs && m.author.id !== me);
}

function currentUser(me) {
  return h('button', { type: 'button', class: 'current-user', 'data-click': 'open-people', 'aria-haspopup': 'menu' },
    avatar(me), h('span', { class: 'current-user-name' }, h('span', {}, `You are: ${me.name}`), me.note && h('span', { class: 'note' }, me.note)),
    h('span', { 'aria-hidden': 'true' }, '⇅'));
}
