/** The actions of people, sent to the server; a refusal is shown as a toast. */

import { workspace } from './store.js';

/**
 * @param {string} action
 * @param {Record<string, unknown>} details
 * @returns {Promise<any>} the server's answer, or null if it refused
 */
export async function act(action, details) {
  const body = JSON.stringify({ team: workspace().id, user: workspace().me, ...details });
  const headers = { 'Content-Type': 'application/json' };
  try {
    const response = await fetch(`/page/actions/${action}`, { method: 'POST', body, headers });
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.error);
  } catch {
    toast('The playground does not answer. Is it still running?');
  }
  return null;
}

const box = document.getElementById('toast');
let hideTimer = 0;

/** Shows *text* for six seconds. */
export function toast(text) {
  box.hidePopover();
  box.showPopover(); // above dialogs, too
  box.textContent = text;
  clearTimeout(hideTimer);
  hideTimer = setTimeout(() => box.hidePopover(), 6000);
}

/** The page ends above the toast, so that nothing is covered. */
new ResizeObserver(() => {
  document.documentElement.style.setProperty('--below', `${box.offsetHeight}px`);
}).observe(box);
