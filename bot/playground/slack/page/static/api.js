/** The actions of people, sent to the server; a refusal is shown as a toast. */

import { workspace } from './store.js';

/**
 * @param {string} action
 * @param {Record<string, unknown>} details
 * @returns {Promise<any>} the server's answer, or null if it refused
 */
export async function act(action, details) {
  const body = JSON.stringify({ user: workspace().me, ...details });
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

let hideTimer = 0;

/** Shows *text* for six seconds. */
export function toast(text) {
  const box = document.getElementById('toast');
  box.textContent = text;
  box.classList.add('shown');
  clearTimeout(hideTimer);
  hideTimer = setTimeout(() => box.classList.remove('shown'), 6000);
}
