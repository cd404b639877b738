/** What the server has to say of the whole playground: one line, until somebody closes it. */

import { h, show } from './dom.js';
import { on } from './events.js';
import { get } from './store.js';

const KEY = 'closed-notice';
const $ = (/** @type {string} */ id) => document.getElementById(id);

/** Draws the notice, unless it was closed in this tab. */
export function drawNotice(bar) {
  const text = get('notice')?.text;
  bar.hidden = !text || sessionStorage.getItem(KEY) === text;
  show(bar,
    h('p', {}, text),
    h('button', { type: 'button', class: 'close', 'data-click': 'close-notice', 'aria-label': 'Close this notice' }, '✕'));
}

on('close-notice', () => {
  sessionStorage.setItem(KEY, get('notice').text);
  drawNotice($('notice'));
  ($('main-composer').hidden ? $('home') : $('main-text')).focus();
});
