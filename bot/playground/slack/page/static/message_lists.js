/** The lists of messages: day dividers, grouping by author, status lines, and a welcome when empty. */

import { h, memo, show } from './dom.js';
import { avatar } from './avatars.js';
import { messageElement } from './message.js';
import { isAtEnd, moveAfterDrawing } from './scrolling.js';
import { channelMessages, get, isMine, message, replies, status, user, workspace } from './store.js';
import { day, dayKey } from './time.js';
import { firstNew, unreadReplies } from './unread.js';
import { local } from './local_state.js';

const GROUP_SECONDS = 300;

/** Draws the messages of *channel* into *list*. */
export function drawChannel(list, channel) {
  const messages = channelMessages(channel.id);
  draw(list, channel.id, messages, (rows) => [
    messages.length ? null : welcome(channel),
    rows('channel', messages),
  ]);
}

/** Draws the thread with the first message *ts* into *list*. */
export function drawThread(list, channel, ts) {
  const first = message(channel, ts);
  const threadReplies = replies(channel, ts);
  const count = threadReplies.length;
  draw(list, `${channel}/${ts}`, threadReplies, (rows) => [
    first ? rows('thread', [first]) : h('p', { class: 'empty' }, 'This message is gone: it was deleted, or the playground began anew.'),
    count > 0 && h('div', { class: 'divider', 'data-key': 'count' }, h('span', {}, count === 1 ? '1 reply' : `${count} replies`)),
    rows('thread', threadReplies),
    statusLine(status(channel, ts)),
  ]);
}

function draw(list, conversation, messages, content) {
  const key = `${workspace().me}/${conversation}`;
  const line = firstNew(list.id, conversation, messages, isAtEnd(list, key));
  const inside = list.firstElementChild;
  show(inside, ...content((pane, some) => rows(inside, pane, some, line)));
  updateTabStop(list);
  moveAfterDrawing(list, key, messages, isMine);
}

function rows(list, pane, messages, line) {
  return messages.flatMap((m, i) => {
    const previous = messages[i - 1];
    const isNewDay = pane === 'channel' && (!previous || dayKey(previous.ts) !== dayKey(m.ts));
    const isNew = m.ts === line;
    return [
      isNewDay && h('div', { class: 'divider', 'data-key': `day-${dayKey(m.ts)}` }, h('span', {}, day(m.ts))),
      isNew && h('div', { class: 'divider new', role: 'separator', 'aria-label': 'New messages', 'data-key': 'new' }, h('span', {}, 'New')),
      row(list, pane, m, !isNewDay && !isNew && continuesGroup(previous, m)),
    ];
  });
}

function row(list, pane, m, follows) {
  const editing = local.editing === `${pane}/${m.id}`;
  const summary = pane === 'channel' && !m.broadcast ? summaryOf(m) : null;
  const options = { pane, follows, editing, summary };
  const deps = [m, follows, editing, ...(summary?.deps ?? [])];
  return memo(list, m.id, deps, () => messageElement(m, options));
}

function summaryOf(m) {
  const visible = replies(m.channel, m.ts).filter((reply) => !reply.ephemeral);
  const working = status(m.channel, m.ts);
  if (!visible.length && !working) return null;
  const unread = unreadReplies(m, visible);
  const authors = new Map(visible.map((reply) => [reply.author.name, reply.author]));
  return {
    count: visible.length, last: visible.at(-1)?.ts, status: working, unread,
    avatars: [...authors.values()].slice(0, 5), deps: [visible.length, working, visible.at(-1)?.ts, unread, [...authors.keys()].join()],
  };
}

const continuesGroup = (previous, m) => previous && previous.author.name === m.author.name && previous.author.app === m.author.app
  && !m.broadcast && !m.ephemeral && !previous.ephemeral && Number(m.ts) - Number(previous.ts) < GROUP_SECONDS;

function statusLine(working) {
  if (!working) return null;
  const loading = working.loading[local.tick % working.loading.length];
  return h('div', { class: 'status', role: 'status', 'data-key': 'status' },
    avatar(working.author, 'small'),
    h('div', {}, h('b', {}, working.author.name), ' ', working.text,
      h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
      loading && h('span', { class: 'loading', 'aria-hidden': 'true' }, loading)));
}

function welcome(channel) {
  const { bot: botId, hasApp } = workspace();
  const bot = user(botId);
  const question = 'Can we use this MIT library in a closed product, and what would it cost to support?';
  const mention = channel.bot ? question : `@${bot.handle} ${question}`;
  return h('section', { class: 'welcome', 'data-key': 'welcome' },
    h('h2', {}, channel.dm ? `This is the start of your conversation with ${channel.name}` : `Welcome to #${channel.name}`),
    h('p', {}, 'Nobody has said anything here yet.'),
    hasApp && (channel.bot || !channel.dm) && h('button', { type: 'button', class: 'chip', 'data-click': 'suggest', 'data-text': mention },
      h('b', {}, 'Ask the panel: '), question),
    hasApp && !channel.dm && h('button', { type: 'button', class: 'chip', 'data-click': 'suggest', 'data-text': '/experts' },
      h('b', {}, 'See who is on it: '), '/experts'),
    channel.dm && promptChips(get(`prompts:${channel.id}`)));
}

const promptChips = (suggested) => suggested && h('div', { class: 'prompts', 'data-key': 'prompts' },
  suggested.title && h('p', {}, suggested.title),
  suggested.prompts.map((prompt) => h('button', {
    type: 'button', class: 'chip', 'data-click': 'suggest', 'data-text': prompt.message,
  }, prompt.title)));

/** Tab reaches one message of the list: the one with the focus, else the newest. */
function updateTabStop(list) {
  const messages = [...list.querySelectorAll('.message')];
  const current = messages.find((m) => m.contains(document.activeElement)) ?? messages.at(-1);
  for (const m of messages) m.tabIndex = m === current ? 0 : -1;
}
