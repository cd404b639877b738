/** Where a list of messages stands. One that was at its end follows it, whatever changes its size
 *  (a message, an image, the window, a pane); another stays, and a pill tells of new messages. */

import { on } from './events.js';

const NEAR_END_PIXELS = 80;
const AT_END_PIXELS = 2; // positions are fractions on some screens

/**
 * @typedef {{atEnd: boolean, unseen: boolean, opening: boolean, content: string, newest: string,
 *   top: number, size: string, onEnd: () => void}} Position
 * @type {WeakMap<HTMLElement, Position>}
 */
const positions = new WeakMap();

/** Keeps *list* at its end from now on; *onEnd* is called when its reader comes back to the end. */
export function followEnd(list, onEnd) {
  positions.set(list, { atEnd: true, unseen: false, opening: false, content: '', newest: '', top: 0, size: '', onEnd });
  list.addEventListener('scroll', () => scrolled(list));
  list.addEventListener('click', ({ target }) => { positions.get(list).opening = Boolean(target.closest('summary')); });
  const observer = new ResizeObserver(() => settle(list));
  observer.observe(list);
  observer.observe(list.firstElementChild);
}

/** Whether the end of *content* is seen in *list*, or will be once it is drawn. */
export function isAtEnd(list, content) {
  const position = positions.get(list);
  return position.atEnd || position.content !== content;
}

/** Moves *list* as the drawn *messages* ask for: to the end after one's own, or for another *content*. */
export function moveAfterDrawing(list, content, messages, isMine) {
  const position = positions.get(list);
  const added = messages.filter((m) => m.ts > position.newest);
  const isOther = position.content !== content;
  if (isOther || added.some(isMine)) goToEnd(list);
  else if (added.length) position.unseen = true;
  position.content = content;
  position.newest = messages.at(-1)?.ts ?? '';
  settle(list);
}

function goToEnd(list) {
  setAtEnd(list, true);
  settle(list);
}

/** Puts *list* where it belongs after a change of its size. */
function settle(list) {
  const position = positions.get(list);
  if (!list.clientHeight) return; // hidden
  if (position.opening) setAtEnd(list, distance(list) <= AT_END_PIXELS);
  else if (position.atEnd) list.scrollTop = list.scrollHeight;
  else setAtEnd(list, distance(list) <= AT_END_PIXELS);
  position.opening = false;
  position.top = list.scrollTop;
  position.size = sizeOf(list);
  showPill(list);
}

/** A reader has scrolled, unless the browser did after a change of size, which `settle` sees to. */
function scrolled(list) {
  const position = positions.get(list);
  if (position.size !== sizeOf(list)) return;
  const isUp = list.scrollTop < position.top;
  position.top = list.scrollTop;
  setAtEnd(list, distance(list) <= (isUp ? AT_END_PIXELS : NEAR_END_PIXELS));
  showPill(list);
}

function setAtEnd(list, atEnd) {
  const position = positions.get(list);
  const isBack = atEnd && !position.atEnd;
  position.atEnd = atEnd;
  if (isBack) position.onEnd();
}

function showPill(list) {
  const position = positions.get(list);
  if (position.atEnd) position.unseen = false;
  pillOf(list).hidden = !position.unseen;
}

const pillOf = (list) => document.querySelector(`.pill[data-list="${list.id}"]`);
const distance = (list) => list.scrollHeight - list.scrollTop - list.clientHeight;
const sizeOf = (list) => [list.clientWidth, list.clientHeight, list.scrollHeight].join();

on('go-to-end', (pill) => {
  const list = document.getElementById(pill.dataset.list);
  goToEnd(list);
  list.focus();
});

/** What one sends is answered at the end of the list above. */
document.addEventListener('submit', ({ target }) => {
  if (target.matches('.composer') && target.querySelector('textarea').value.trim()) goToEnd(target.closest('main, aside').querySelector('.messages'));
}, { capture: true });
