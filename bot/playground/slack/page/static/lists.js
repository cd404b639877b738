/** Lists of messages: days, runs of one speaker, status lines, and what invites when empty. */

import { h, memo, show } from './dom.js';
import { face } from './faces.js';
import { messageElement } from './message.js';
import { channelMessages, get, message, replies, status, user, workspace } from './store.js';
import { day, dayKey } from './time.js';
import { ui } from './ui.js';

const ONE_RUN_SECONDS = 300;
const NEAR_THE_END = 80;

/** Draws the messages of *channel* into *list*. */
export function drawChannel(list, channel) {
  const messages = channelMessages(channel.id);
  keepingTheEnd(list, `${workspace().me}/${channel.id}`, () => show(list,
    messages.length ? null : welcome(channel),
    rows(list, 'channel', messages)));
}

/** Draws the thread that began at *ts* into *list*. */
export function drawThread(list, channel, ts) {
  const first = message(channel, ts);
  const answers = replies(channel, ts);
  const count = answers.length;
  keepingTheEnd(list, `${workspace().me}/${channel}/${ts}`, () => show(list,
    first ? rows(list, 'thread', [first]) : h('p', { class: 'empty' }, 'This message is gone.'),
    h('div', { class: 'divider', 'data-key': 'count' }, h('span', {}, count === 1 ? '1 reply' : `${count} replies`)),
    rows(list, 'thread', answers),
    statusLine(status(channel, ts))));
}

function rows(list, pane, messages) {
  return messages.flatMap((m, i) => {
    const before = messages[i - 1];
    const newDay = pane === 'channel' && (!before || dayKey(before.ts) !== dayKey(m.ts));
    const divider = newDay && h('div', { class: 'divider', 'data-key': `day-${dayKey(m.ts)}` }, h('span', {}, day(m.ts)));
    return [divider, row(list, pane, m, !newDay && isRun(before, m))];
  });
}

function row(list, pane, m, follows) {
  const editing = ui.editing === `${pane}/${m.id}`;
  const summary = pane === 'channel' && !m.broadcast ? summaryOf(m) : null;
  const how = { pane, follows, editing, summary };
  const deps = [m, follows, editing, ...(summary?.deps ?? [])];
  return memo(list, m.id, deps, () => messageElement(m, how));
}

function summaryOf(m) {
  const answers = replies(m.channel, m.ts).filter((answer) => !answer.ephemeral);
  const working = status(m.channel, m.ts);
  if (!answers.length && !working) return null;
  const authors = new Map(answers.map((answer) => [answer.author.name, answer.author]));
  return {
    count: answers.length, last: answers.at(-1)?.ts, status: working,
    faces: [...authors.values()].slice(0, 5), deps: [answers.length, working, answers.at(-1)?.ts, [...authors.keys()].join()],
  };
}

const isRun = (before, m) => before && before.author.name === m.author.name && before.author.app === m.author.app
  && !m.broadcast && !m.ephemeral && !before.ephemeral && Number(m.ts) - Number(before.ts) < ONE_RUN_SECONDS;

function statusLine(working) {
  if (!working) return null;
  const loading = working.loading[ui.tick % working.loading.length];
  return h('div', { class: 'status', role: 'status', 'data-key': 'status' },
    face(working.author, 'small'), h('b', {}, working.author.name), ' ', working.text,
    h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
    loading && h('span', { class: 'loading', 'aria-hidden': 'true' }, loading));
}

function welcome(channel) {
  const bot = user(workspace().bot);
  const question = 'Can we use this MIT library in a closed product, and what would it cost to support?';
  const asking = channel.bot ? question : `@${bot.handle} ${question}`;
  return h('section', { class: 'welcome', 'data-key': 'welcome' },
    h('h2', {}, channel.dm ? `This is the start of your talk with ${channel.name}` : `Welcome to #${channel.name}`),
    h('p', {}, 'Nobody has said anything here yet.'),
    (channel.bot || !channel.dm) && h('button', { type: 'button', class: 'chip', 'data-do': 'suggest', 'data-text': asking },
      h('b', {}, 'Ask the panel: '), question),
    !channel.dm && h('button', { type: 'button', class: 'chip', 'data-do': 'suggest', 'data-text': '/experts' },
      h('b', {}, 'See who is on it: '), '/experts'),
    channel.dm && promptChips(get(`prompts:${channel.id}`)));
}

const promptChips = (offered) => offered && h('div', { class: 'prompts', 'data-key': 'prompts' },
  offered.title && h('p', {}, offered.title),
  offered.prompts.map((prompt) => h('button', {
    type: 'button', class: 'chip', 'data-do': 'suggest', 'data-text': prompt.message,
  }, prompt.title)));

/** Draws, and stays at the end of the list where it was there (or has another content now). */
function keepingTheEnd(list, content, draw) {
  const distance = list.scrollHeight - list.scrollTop - list.clientHeight;
  const follow = list.dataset.content !== content || distance < NEAR_THE_END;
  list.dataset.content = content;
  draw();
  rove(list);
  if (follow) list.scrollTop = list.scrollHeight;
}

/** One message of the list can be reached by Tab: where the focus is, else the newest. */
function rove(list) {
  const messages = [...list.querySelectorAll('.message')];
  const current = messages.find((m) => m.contains(document.activeElement)) ?? messages.at(-1);
  for (const m of messages) m.tabIndex = m === current ? 0 : -1;
}
