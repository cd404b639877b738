/** New messages, told to those who listen to the page. */

import { h } from './dom.js';
import { workspace } from './store.js';

const KEPT = 20;
const LONGEST = 400;
const told = new Set();

/** @param {import('./store.js').Thing[]} messages what is in sight now */
export function announce(messages, tellAll) {
  const log = document.getElementById('announcer');
  for (const m of messages) {
    if (m.streaming || told.has(m.id)) continue;
    told.add(m.id);
    if (tellAll && m.author.id !== workspace().me) log.append(h('p', {}, `${m.author.name}: ${words(m)}`));
  }
  while (log.childElementCount > KEPT) log.firstChild.remove();
}

const words = (m) =>
  document.querySelector(`[data-message="${CSS.escape(m.ts)}"] .content`)?.textContent.slice(0, LONGEST) ?? '';
