/** One message. */

import { attachmentElement, fileElement } from './attachments.js';
import { blockElements } from './blocks.js';
import { h, htmlElement } from './dom.js';
import { badge, canShowEmoji, avatar } from './avatars.js';
import { link } from './route.js';
import { clock, full, iso } from './time.js';

/**
 * @param {any} m the message
 * @param {{pane: string, follows: boolean, editing: boolean, summary: any, tabbable: boolean}} options
 */
export function messageElement(m, options) {
  const classes = ['message', options.follows && 'follows', m.ephemeral && 'ephemeral', m.streaming && 'streaming'];
  return h('article', {
    class: classes.filter(Boolean).join(' '), 'data-message': m.ts, 'data-channel': m.channel,
    'data-pane': options.pane, tabindex: -1, 'data-preserve': 'tabindex',
    'aria-label': `${m.author.name}, ${clock(m.ts)}`,
  },
  h('div', { class: 'gutter' }, options.follows ? time(m.ts, 'small') : avatar(m.author)),
  h('div', { class: 'body' },
    m.ephemeral && h('p', { class: 'only-you' }, 'Only visible to you'),
    m.broadcast && h('p', { class: 'replied' }, options.pane === 'channel'
      ? h('a', { href: link(m.channel, m.thread) }, 'replied to a thread') : 'also sent to the channel'),
    !options.follows && byline(m),
    options.editing ? editor(m) : content(m),
    m.files?.map(fileElement),
    reactions(m),
    options.summary && threadLink(m, options.summary)),
  !options.editing && !m.ephemeral && tools(m, options.pane));
}

const time = (ts, className) =>
  h('time', { class: className, datetime: iso(ts), title: full(ts) }, clock(ts));

const byline = (m) => h('div', { class: 'byline' },
  h('span', { class: 'name' }, m.author.name), badge(m.author),
  m.author.note && h('span', { class: 'note' }, m.author.note), time(m.ts, 'time'));

function content(m) {
  const edited = m.edited && h('span', { class: 'edited' }, '(edited)');
  const words = m.blocks ? blockElements(m.blocks) : htmlElement('div', { class: 'text', 'data-key': 'text' }, m.html);
  return h('div', { class: 'content' }, words, edited, m.attachments?.map(attachmentElement));
}

function editor(m) {
  return h('form', { class: 'editor', 'data-editor': m.ts },
    h('textarea', { 'aria-label': 'Edit message', rows: 2, dir: 'auto', 'data-field': 'edit' }, m.source),
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'bk-button', 'data-click': 'cancel-edit' }, 'Cancel'),
      h('button', { type: 'submit', class: 'bk-button primary' }, 'Save')));
}

function reactions(m) {
  if (!m.reactions?.length) return null;
  return h('div', { class: 'reactions' }, m.reactions.map((r) => h('button', {
    type: 'button', class: 'reaction', 'data-key': r.name, 'data-click': 'react', 'data-name': r.name,
    'aria-pressed': String(r.mine), 'aria-label': `${r.name}, ${r.people.length}`, title: r.people.join(', '),
  }, canShowEmoji() ? r.emoji : `:${r.name}:`, ' ', r.people.length)));
}

function threadLink(m, { avatars, count, last, status, unread }) {
  return h('a', { class: 'thread-link', href: link(m.channel, m.ts) },
    avatars.map((author) => avatar(author, 'small')),
    count > 0 && h('b', {}, count === 1 ? '1 reply' : `${count} replies`),
    unread > 0 && h('span', { class: 'unread' }, `${unread} new`),
    h('span', { class: 'bk-hint' }, status ? `${status.author.name} ${status.text}` : last && `Last reply ${clock(last)}`));
}

/** Reactions at one click; those who use the keyboard have them in the menu of all. */
const QUICK = { white_check_mark: '✅', eyes: '👀', '+1': '👍' };

function tools(m, pane) {
  const tool = (action, icon, label, popup) => h('button', {
    type: 'button', 'data-click': action, 'data-preserve': 'aria-expanded', 'aria-label': label, title: label, 'aria-haspopup': popup && 'menu',
  }, h('span', { class: `icon ${icon}` }));
  const quick = ([name, emoji]) => h('button', {
    type: 'button', class: 'quick', tabindex: -1, 'data-click': 'react', 'data-name': name, 'aria-label': `React with ${emoji}`, title: `:${name}:`,
  }, emoji);
  return h('div', { class: 'tools-place', 'data-key': 'tools' }, h('div', { class: 'tools' },
    canShowEmoji() && Object.entries(QUICK).map(quick),
    tool('open-reactions', 'react', 'Add a reaction', true),
    pane === 'channel' && tool('open-thread', 'reply', 'Reply in thread', false),
    tool('open-more', 'more', 'More actions', true)));
}
