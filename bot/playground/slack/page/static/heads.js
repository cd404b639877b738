/** The headings of the channel and of the thread. */

import { h, show } from './dom.js';
import { badge, face, sign } from './faces.js';
import { link } from './route.js';

export function drawChannelHead(head, channel, home) {
  show(head,
    h('button', { type: 'button', class: 'burger', 'data-do': 'open-drawer', 'aria-label': 'Channels and people' }, '☰'),
    h('div', { class: 'where' },
      h('h1', {}, channel.dm ? face(channel, 'tiny') : sign(channel), channel.name, ' ', badge({ app: channel.bot })),
      channel.topic && h('p', { class: 'topic' }, channel.topic)),
    channel.bot && h('div', { class: 'tabs', role: 'group', 'aria-label': 'Views of the app' },
      tab('Messages', link(channel.id), !home), tab('Home', link(channel.id, 'home'), home)));
}

const tab = (label, href, current) => h('a', { href, 'aria-current': current ? 'true' : null }, label);

export function drawThreadHead(head, channel) {
  show(head,
    h('div', { class: 'where' }, h('h2', {}, 'Thread'), h('p', { class: 'topic' }, channel.dm ? channel.name : `#${channel.name}`)),
    h('button', { type: 'button', class: 'close', 'data-do': 'close-thread', 'aria-label': 'Close the thread' }, '✕'));
}
