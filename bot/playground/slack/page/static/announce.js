/** New messages, told to those who listen to the page. */

import { h } from './dom.js';
import { workspace } from './store.js';

const KEPT = 20;
const LONGEST = 400;
const ENDS = 'p, li, pre, blockquote, br, div, summary, th, td, .plan-title, .plan-count, .task-title';
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

/** What a message says, in words that do not run together, without signs and buttons. */
function words(m) {
  const said = document.querySelector(`[data-message="${CSS.escape(m.ts)}"] .content`)?.cloneNode(true);
  if (!said) return '';
  for (const sign of said.querySelectorAll('button, select, [aria-hidden="true"]')) sign.remove();
  for (const end of said.querySelectorAll(ENDS)) end.after(' ');
  return said.textContent.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
}
