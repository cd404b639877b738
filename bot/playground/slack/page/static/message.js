/** One message. */

import { blockElements } from './blocks.js';
import { h, rich } from './dom.js';
import { badge, canDraw, face } from './faces.js';
import { link } from './route.js';
import { clock, full, iso } from './time.js';

/**
 * @param {any} m the message
 * @param {{pane: string, follows: boolean, editing: boolean, summary: any, tabbable: boolean}} how
 */
export function messageElement(m, how) {
  const classes = ['message', how.follows && 'follows', m.ephemeral && 'ephemeral', m.streaming && 'streaming'];
  return h('article', {
    class: classes.filter(Boolean).join(' '), 'data-message': m.ts, 'data-channel': m.channel,
    'data-pane': how.pane, tabindex: -1, 'data-own': 'tabindex',
    'aria-label': `${m.author.name}, ${clock(m.ts)}`,
  },
  h('div', { class: 'gutter' }, how.follows ? time(m.ts, 'small') : face(m.author)),
  h('div', { class: 'body' },
    m.ephemeral && h('p', { class: 'only-you' }, 'Only visible to you'),
    m.broadcast && h('p', { class: 'replied' }, how.pane === 'channel'
      ? h('a', { href: link(m.channel, m.thread) }, 'replied to a thread') : 'also sent to the channel'),
    !how.follows && byline(m),
    how.editing ? editor(m) : content(m),
    m.files?.map(file),
    reactions(m),
    how.summary && threadLink(m, how.summary)),
  !how.editing && !m.ephemeral && tools(m, how.pane));
}

const time = (ts, className) =>
  h('time', { class: className, datetime: iso(ts), title: full(ts) }, clock(ts));

const byline = (m) => h('div', { class: 'byline' },
  h('span', { class: 'name' }, m.author.name), badge(m.author),
  m.author.note && h('span', { class: 'note' }, m.author.note), time(m.ts, 'time'));

function content(m) {
  const edited = m.edited && h('span', { class: 'edited' }, '(edited)');
  if (m.blocks) return h('div', { class: 'content' }, blockElements(m.blocks), edited);
  return h('div', { class: 'content' }, rich('div', { class: 'text', 'data-key': 'text' }, m.html), edited);
}

function editor(m) {
  return h('form', { class: 'editor', 'data-editor': m.ts },
    h('textarea', { 'aria-label': 'Edit message', rows: 2, 'data-field': 'edit' }, m.source),
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'bk-button', 'data-do': 'cancel-edit' }, 'Cancel'),
      h('button', { type: 'submit', class: 'bk-button primary' }, 'Save')));
}

const file = (f) => h('div', { class: 'file', 'data-key': f.id },
  h('span', { class: 'file-icon', 'aria-hidden': 'true' }, '▤'),
  h('span', {}, h('b', {}, f.name), h('span', { class: 'bk-hint' }, f.about)));

function reactions(m) {
  if (!m.reactions?.length) return null;
  return h('div', { class: 'reactions' }, m.reactions.map((r) => h('button', {
    type: 'button', class: 'reaction', 'data-key': r.name, 'data-do': 'react', 'data-name': r.name,
    'aria-pressed': String(r.mine), 'aria-label': `${r.name}, ${r.people.length}`, title: r.people.join(', '),
  }, canDraw() ? r.emoji : `:${r.name}:`, ' ', r.people.length)));
}

function threadLink(m, { faces, count, last, status }) {
  return h('a', { class: 'thread-link', href: link(m.channel, m.ts) },
    faces.map((author) => face(author, 'small')),
    count > 0 && h('b', {}, count === 1 ? '1 reply' : `${count} replies`),
    h('span', { class: 'bk-hint' }, status ? `${status.author.name} ${status.text}` : last && `Last reply ${clock(last)}`));
}

function tools(m, pane) {
  const tool = (deed, sign, label, popup) => h('button', {
    type: 'button', 'data-do': deed, 'aria-label': label, title: label, 'aria-haspopup': popup && 'menu',
  }, sign);
  return h('div', { class: 'tools', 'data-key': 'tools' },
    tool('open-reactions', '☺', 'Add a reaction', true),
    pane === 'channel' && tool('open-thread', '↩', 'Reply in thread', false),
    tool('open-more', '⋮', 'More actions', true));
}
