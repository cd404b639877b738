/** The page: it follows the server, and draws what there is after each change. */

import { act } from './actions.js';
import { announce } from './announce.js';
import { blockElements } from './blocks.js';
import { furnish, place, write } from './composer.js';
import { learnDeeds } from './deeds.js';
import { h, show } from './dom.js';
import { listen, on } from './events.js';
import { drawChannelHead, drawThreadHead } from './heads.js';
import { listenToKeys } from './keyboard.js';
import { drawChannel, drawThread } from './lists.js';
import { follow } from './live.js';
import { listenToMenu, openMenu } from './menu.js';
import { drawModal, listenToModal } from './modal.js';
import { go, route } from './route.js';
import { drawSidebar, unreadIn } from './sidebar.js';
import { all, apply, channelMessages, get, ready, replies, workspace } from './store.js';
import { lastRead, markRead, ui } from './ui.js';

const LOADING_TURNS_EVERY = 2500;
const LONGEST_WAIT_FOR_A_FRAME = 200;
const $ = (/** @type {string} */ id) => document.getElementById(id);

let stop = () => {};
let asked = false;
let first = true;

function paint() {
  if (!asked) return;
  asked = false;
  if (ready()) drawAll();
}

/** Draws once for all that changes before the next frame; a hidden page gets no frames. */
function draw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(paint);
  setTimeout(paint, LONGEST_WAIT_FOR_A_FRAME);
}

function drawAll() {
  const { channel, thread, home } = here();
  drawSidebar($('sidebar'));
  drawChannelHead($('channel-head'), channel, home);
  drawHome(channel, home);
  drawThreadPane(channel, thread);
  drawModal();
  if (!home) {
    drawChannel($('messages'), channel);
    read(channel);
  }
  announce([...channelMessages(channel.id), ...(thread ? replies(channel.id, thread) : [])], !first);
  first = false;
  title();
}

/** The route, or the first channel where it leads nowhere. */
function here() {
  const at = route();
  const channel = get(`channel:${at.channel}`);
  if (channel) return { ...at, channel };
  const [start] = all('channel');
  history.replaceState(null, '', `#/${start.id}`);
  return { channel: start, thread: null, home: false };
}

function drawHome(channel, home) {
  $('home').hidden = !home;
  $('messages').hidden = home;
  $('main-composer').hidden = home;
  place($('main-composer'), `${workspace().me}/${channel.id}`, channel.dm ? `Message ${channel.name}` : `Message #${channel.name}`);
  if (!home) return;
  const view = get('home')?.view;
  show($('home'), view
    ? h('div', { class: 'home-view', 'data-key': view.id, 'data-view': view.id }, blockElements(view.blocks))
    : h('p', { class: 'empty' }, 'The app has not published its home yet.'));
}

function drawThreadPane(channel, thread) {
  $('thread').hidden = !thread;
  document.body.classList.toggle('thread-open', Boolean(thread));
  if (!thread) return;
  drawThreadHead($('thread-head'), channel);
  drawThread($('replies'), channel.id, thread);
  place($('thread-composer'), `${workspace().me}/${channel.id}/${thread}`, 'Reply…');
}

function read(channel) {
  const last = channelMessages(channel.id).at(-1);
  if (last && document.visibilityState === 'visible') markRead(workspace().me, channel.id, last.ts);
}

/** What was there before somebody looked for the first time is not new to them. */
function readAllOnce() {
  const { me } = workspace();
  for (const { id } of all('channel')) {
    if (lastRead(me, id) === undefined) markRead(me, id, channelMessages(id).at(-1)?.ts ?? '0');
  }
}

function title() {
  const { me, name } = workspace();
  const unread = all('channel').reduce((sum, c) => sum + unreadIn(c, me).length, 0);
  document.title = `${unread ? `(${unread}) ` : ''}${name} · Panelbot playground`;
}

function become(user) {
  stop();
  first = true;
  ui.editing = null;
  sessionStorage.setItem('user', user);
  history.replaceState(null, '', location.pathname + location.hash);
  stop = follow(user, (change) => {
    apply(change);
    if (change.all) {
      readAllOnce();
      tellTab();
    }
    draw();
  }, (connected) => {
    if (ui.connected === connected) return;
    ui.connected = connected;
    draw();
  });
}

/** @type {string | null} the app home that was last told to the app as opened */
let homeFor = null;

/** Tells the app that its home or its messages were opened, as Slack does. */
function tellTab() {
  const { channel, home } = route();
  if (!ready() || !get(`channel:${channel}`)?.bot) return;
  const view = `${workspace().me}/${channel}/${home}`;
  if (homeFor === view) return;
  homeFor = view;
  act('open-home', { tab: home ? 'home' : 'messages' });
}

function drawer(open) {
  ui.drawer = open;
  drawSidebar($('sidebar'));
  if (open) $('sidebar').querySelector('a')?.focus();
}

on('open-drawer', () => drawer(true));
on('close-drawer', () => ui.drawer && drawer(false));

on('suggest', (chip) => write($('main-composer'), chip.dataset.text));

on('open-people', (button) => openMenu(button, all('user').filter((u) => !u.app).map((u) => ({
  label: u.name, note: u.note, checked: u.id === workspace().me, run: () => become(u.id),
}))));

furnish($('main-composer'), 'Message', false);
furnish($('thread-composer'), 'Reply', true);
learnDeeds(() => { if (ready()) drawAll(); });
listen();
listenToKeys();
listenToMenu();
listenToModal();
addEventListener('hashchange', () => { tellTab(); draw(); openedThread(); });
document.addEventListener('visibilitychange', draw);
setInterval(() => { ui.tick += 1; if (all('status').length) draw(); }, LOADING_TURNS_EVERY);

/** Who opens a thread wants to write in it. */
function openedThread() {
  if (route().thread) requestAnimationFrame(() => $('thread-text').focus());
}

const wanted = new URLSearchParams(location.search).get('user');
become(wanted ?? sessionStorage.getItem('user') ?? '');
