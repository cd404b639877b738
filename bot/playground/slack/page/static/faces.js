/** Who speaks: a coloured square with an emoji or initials. */

import { h } from './dom.js';

/** @type {boolean | undefined} */
let drawable;

/** Whether this computer has a font for emoji: a face comes out in colours, not as a box. */
export function canDraw() {
  if (drawable !== undefined) return drawable;
  const pen = h('canvas', { width: 20, height: 20 }).getContext('2d', { willReadFrequently: true });
  pen.font = '16px sans-serif';
  pen.fillText('🙂', 0, 16);
  const { data } = pen.getImageData(0, 0, 20, 20);
  drawable = data.some((value, i) => i % 4 === 0 && value !== data[i + 2]);
  return drawable;
}

export function face({ face: { emoji, initials, hue } }, size = '') {
  return h('span', { class: `face hue-${hue} ${size}`, 'aria-hidden': 'true' }, (canDraw() && emoji) || initials);
}

/** Before a channel's name: a lock where it is private. */
export const sign = (room) => (room.private
  ? h('span', { class: 'lock', role: 'img', 'aria-label': 'Private' })
  : h('span', { class: 'hash', 'aria-hidden': 'true' }, '#'));

export const badge = (author) => author.app && h('span', { class: 'badge' }, 'APP');
