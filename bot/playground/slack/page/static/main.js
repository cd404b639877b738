/** The page: it subscribes to the server's updates and draws after each. */

import { act } from './api.js';
import { announce } from './announce.js';
import { blockElements } from './blocks.js';
import { setText, setUpComposer, switchTo } from './composer.js';
import { listenToMessageActions } from './message_actions.js';
import { h, show } from './dom.js';
import { listen, on } from './events.js';
import { drawChannelHeader, drawThreadHeader } from './headers.js';
import { listenToKeys } from './keyboard.js';
import { drawChannel, drawThread } from './message_lists.js';
import { openAnsweredThread } from './own_questions.js';
import { subscribe } from './updates.js';
import { listenToMenu, openMenu } from './menu.js';
import { drawModal, listenToModal } from './modal.js';
import { drawNotice } from './notice.js';
import { go, route } from './route.js';
import { followEnd } from './scrolling.js';
import { drawSidebar, unreadIn } from './sidebar.js';
import { all, apply, channelMessages, get, ready, replies, workspace, workspaces } from './store.js';
import { lastRead, markRead, local } from './local_state.js';
import { listenToTries } from './tries.js';

const LOADING_MESSAGE_MS = 2500;
const MAX_FRAME_WAIT_MS = 200;
const $ = (/** @type {string} */ id) => document.getElementById(id);

let unsubscribe = () => {};
let drawPending = false;
let isFirstDraw = true;

function paint() {
  if (!drawPending) return;
  drawPending = false;
  if (ready()) drawAll();
}

/** Draws once for all changes before the next frame; a hidden page gets no frames. */
function draw() {
  if (drawPending) return;
  drawPending = true;
  requestAnimationFrame(paint);
  setTimeout(paint, MAX_FRAME_WAIT_MS);
}

function drawAll() {
  openAnsweredThread();
  const { channel, thread, home } = currentRoute();
  drawSidebar($('sidebar'));
  drawChannelHeader($('channel-header'), channel, home);
  drawNotice($('notice'));
  drawHome(channel, home);
  drawThreadPane(channel, thread);
  drawModal();
  if (!home) drawChannel($('messages'), channel);
  announce([...channelMessages(channel.id), ...(thread ? replies(channel.id, thread) : [])], !isFirstDraw);
  isFirstDraw = false;
  setTitle();
}

/** The route, or the first channel if it does not exist. */
function currentRoute() {
  const requested = route();
  const channel = get(`channel:${requested.channel}`);
  if (channel) return { ...requested, channel };
  const [start] = all('channel');
  history.replaceState(null, '', `#/${start.id}`);
  return { channel: start, thread: null, home: false };
}

function drawHome(channel, home) {
  $('home').hidden = !home;
  $('messages').hidden = home;
  $('main-composer').hidden = home;
  switchTo($('main-composer'), `${workspace().me}/${channel.id}`, channel.dm ? `Message ${channel.name}` : `Message #${channel.name}`);
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
  drawThreadHeader($('thread-header'), channel);
  drawThread($('replies'), channel.id, thread);
  switchTo($('thread-composer'), `${workspace().me}/${channel.id}/${thread}`, 'Reply…');
}

/** Messages from before somebody's first visit do not count as unread. */
function markOldMessagesRead() {
  const { me } = workspace();
  for (const { id } of all('channel')) {
    if (lastRead(me, id) === undefined) markRead(me, id, channelMessages(id).at(-1)?.ts ?? '0');
  }
}

function setTitle() {
  const { me, name } = workspace();
  const unread = all('channel').reduce((sum, c) => sum + unreadIn(c, me).length, 0);
  document.title = `${unread ? `(${unread}) ` : ''}${name} · Panelbot playground`;
}

/** Becomes *user* of this workspace; resolves when the page knows what they see. */
const switchUser = (user) => enter(workspace().id, user);

/** Enters the workspace *team* as *user*, or as whoever was last there in this tab. */
function enter(team, user = sessionStorage.getItem(`user/${team}`) ?? '') {
  unsubscribe();
  isFirstDraw = true;
  local.editing = null;
  sessionStorage.setItem('team', team);
  sessionStorage.setItem(`user/${team}`, user);
  history.replaceState(null, '', location.pathname + location.hash);
  return new Promise((resolve) => {
    unsubscribe = subscribe(team, user, (update) => {
      apply(update);
      if (update.all) {
        document.cookie = `playground-viewer=${workspace().id}/${workspace().me}; path=/oauth; SameSite=Lax`;
        markOldMessagesRead();
        reportOpenedTab();
        resolve();
      }
      draw();
    }, (connected) => {
      if (local.connected === connected) return;
      local.connected = connected;
      draw();
    });
  });
}

/** @type {string | null} the view of the app that was last reported to it */
let reportedView = null;

/** Reports to the app that its home or its messages were opened, as Slack does. */
function reportOpenedTab() {
  const { channel, home } = route();
  if (!ready() || !get(`channel:${channel}`)?.bot) return;
  const view = `${workspace().me}/${channel}/${home}`;
  if (reportedView === view) return;
  reportedView = view;
  act('open-home', { tab: home ? 'home' : 'messages' });
}

function setDrawer(open) {
  local.drawer = open;
  drawSidebar($('sidebar'));
  if (open) $('sidebar').querySelector('a')?.focus();
}

on('open-drawer', () => setDrawer(true));
on('close-drawer', () => local.drawer && setDrawer(false));

on('suggest', (chip) => setText($('main-composer'), chip.dataset.text));

on('open-people', (button) => openMenu(button, all('user').filter((u) => !u.app).map((u) => ({
  label: u.name, note: u.note, checked: u.id === workspace().me, run: () => switchUser(u.id),
}))));

on('open-workspaces', (button) => openMenu(button, workspaces().map(({ id, name }) => ({
  label: name, checked: id === workspace().id, run: () => enter(id),
}))));

for (const list of [$('messages'), $('replies')]) followEnd(list, draw);
setUpComposer($('main-composer'), 'Message', false);
setUpComposer($('thread-composer'), 'Reply', true);
listenToMessageActions(() => { if (ready()) drawAll(); });
listen();
listenToKeys();
listenToMenu();
listenToModal();
listenToTries(switchUser);
addEventListener('hashchange', () => { reportOpenedTab(); draw(); focusThread(); });
document.addEventListener('visibilitychange', draw);
setInterval(() => { local.tick += 1; if (all('status').length) draw(); }, LOADING_MESSAGE_MS);

/** Focuses the composer of a thread that was just opened, unless something else is being typed. Where
 *  that would open a keyboard over the answers, the answers themselves have the focus. */
function focusThread() {
  if (!route().thread || document.activeElement.closest('dialog') || document.activeElement.value) return;
  const target = matchMedia('(hover: none)').matches ? 'replies' : 'thread-text';
  requestAnimationFrame(() => $(target).focus({ preventScroll: true }));
}

const requested = new URLSearchParams(location.search);
enter(requested.get('team') ?? sessionStorage.getItem('team') ?? '', requested.get('user') ?? undefined);
