/** What people do, sent to the server; a refusal is shown as one sentence. */

import { workspace } from './store.js';

/**
 * @param {string} deed
 * @param {Record<string, unknown>} details
 * @returns {Promise<any>} the server's answer, or null where it refused
 */
export async function act(deed, details) {
  const body = JSON.stringify({ user: workspace().me, ...details });
  const headers = { 'Content-Type': 'application/json' };
  try {
    const response = await fetch(`/page/act/${deed}`, { method: 'POST', body, headers });
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.error);
  } catch {
    toast('The playground does not answer. Is it still running?');
  }
  return null;
}

let hiding = 0;

/** Shows *sentence* for a while. */
export function toast(sentence) {
  const box = document.getElementById('toast');
  box.textContent = sentence;
  box.classList.add('shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove('shown'), 6000);
}
