/** New messages, announced to screen readers. */

import { h } from './dom.js';
import { workspace } from './store.js';

const MAX_LINES = 20;
const MAX_CHARACTERS = 400;
const BLOCK_ELEMENTS = 'p, li, pre, blockquote, br, div, summary, th, td, dt, dd, .plan-title, .plan-count, .task-title';
const announced = new Set();

/** @param {import('./store.js').Entity[]} messages those on the screen now */
export function announce(messages, aloud) {
  const log = document.getElementById('announcer');
  for (const m of messages) {
    if (m.streaming || announced.has(m.id)) continue;
    announced.add(m.id);
    if (aloud && m.author.id !== workspace().me) log.append(h('p', {}, `${m.author.name}: ${spokenText(m)}`));
  }
  while (log.childElementCount > MAX_LINES) log.firstChild.remove();
}

/** The text of a message, with spaces between its blocks, without icons and buttons. */
function spokenText(m) {
  const content = document.querySelector(`[data-message="${CSS.escape(m.ts)}"] .content`)?.cloneNode(true);
  if (!content) return '';
  for (const element of content.querySelectorAll('button, select, [aria-hidden="true"]')) element.remove();
  for (const block of content.querySelectorAll(BLOCK_ELEMENTS)) block.after(' ');
  return content.textContent.replace(/\s+/g, ' ').trim().slice(0, MAX_CHARACTERS);
}
