/** What people do, sent to the server; a refusal is shown as one sentence. */

import { workspace } from './store.js';

/**
 * @param {string} deed
 * @param {Record<string, unknown>} details
 * @returns {Promise<any>} the server's answer, or null where it refused
 */
export async function act(deed, details) {
  const body = JSON.stringify({ user: workspace().me, ...details });
  return send(`/page/act/${deed}`, body, { 'Content-Type': 'application/json' });
}

/** Uploads *file* and returns its id, or null. */
export async function upload(file) {
  const about = new URLSearchParams({ user: workspace().me, name: file.name });
  const answer = await send(`/page/upload?${about}`, file, { 'Content-Type': 'application/octet-stream' });
  return answer?.file ?? null;
}

async function send(path, body, headers) {
  try {
    const response = await fetch(path, { method: 'POST', body, headers });
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
