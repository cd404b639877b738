/** The headers of the channel and of the thread. */

import { h, show } from './dom.js';
import { badge, avatar, channelIcon } from './avatars.js';
import { link } from './route.js';
import { triesButton } from './tries.js';

export function drawChannelHeader(header, channel, home) {
  show(header,
    h('button', { type: 'button', class: 'burger', 'data-click': 'open-drawer', 'aria-label': 'Channels and people' }, '☰'),
    h('div', { class: 'title' },
      h('h1', {}, channel.dm ? avatar(channel, 'tiny') : channelIcon(channel), channel.name, ' ', badge({ app: channel.bot })),
      channel.topic && h('p', { class: 'topic' }, channel.topic)),
    triesButton(),
    channel.bot && h('div', { class: 'tabs', role: 'group', 'aria-label': 'Views of the app' },
      tab('Messages', link(channel.id), !home), tab('Home', link(channel.id, 'home'), home)));
}

const tab = (label, href, current) => h('a', { href, 'aria-current': current ? 'true' : null }, label);

export function drawThreadHeader(header, channel) {
  show(header,
    h('div', { class: 'title' }, h('h2', {}, 'Thread'), h('p', { class: 'topic' }, channel.dm ? channel.name : `#${channel.name}`)),
    h('button', { type: 'button', class: 'close', 'data-click': 'close-thread', 'aria-label': 'Close the thread' }, '✕'));
}
