/** Channels, direct messages, and who one is. */

import { h, show } from './dom.js';
import { badge, face, sign } from './faces.js';
import { link, route } from './route.js';
import { all, channelMessages, user, workspace } from './store.js';
import { lastRead, ui } from './ui.js';

export function drawSidebar(nav) {
  const { name, me } = workspace();
  const channels = all('channel');
  document.body.classList.toggle('drawer-open', ui.drawer);
  show(nav,
    h('div', { class: 'team' }, h('span', { class: 'team-name' }, name), h('span', { class: 'team-hint' }, 'Playground: all of it runs on this computer')),
    h('div', { class: 'scroll rooms' },
      section('Channels', channels.filter((c) => !c.dm), me),
      section('Direct messages', channels.filter((c) => c.dm), me)),
    whoami(user(me)),
    h('p', { class: 'connection', role: 'status' }, ui.connected ? '' : 'Reconnecting…'));
}

function section(title, rooms, me) {
  return h('section', {}, h('h2', {}, title), h('ul', {}, rooms.map((room) => h('li', { 'data-key': room.id }, roomLink(room, me)))));
}

function roomLink(room, me) {
  const here = route().channel === room.id;
  const unread = here ? 0 : unreadIn(room, me).length;
  return h('a', {
    href: link(room.id), 'aria-current': here ? 'page' : null, class: unread ? 'unread' : null, 'data-do': 'close-drawer',
  },
  room.dm ? face(room, 'tiny') : sign(room),
  h('span', { class: 'room-name' }, room.name), badge({ app: room.bot }),
  unread > 0 && h('span', { class: 'count' }, unread, h('span', { class: 'for-ears' }, ' unread')));
}

/** The messages of *room* that came from others since it was last open. */
export function unreadIn(room, me) {
  const mark = lastRead(me, room.id) ?? '';
  return channelMessages(room.id).filter((m) => m.ts > mark && m.author.id !== me);
}

function whoami(me) {
  return h('button', { type: 'button', class: 'whoami', 'data-do': 'open-people', 'aria-haspopup': 'menu' },
    face(me), h('span', { class: 'whoami-words' }, h('span', {}, `You are: ${me.name}`), me.note && h('span', { class: 'note' }, me.note)),
    h('span', { 'aria-hidden': 'true' }, '⇅'));
}
