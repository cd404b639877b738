/** Who speaks: a coloured square with an emoji or initials. */

import { h } from './dom.js';

export function face({ face: { emoji, initials, hue } }, size = '') {
  return h('span', { class: `face hue-${hue} ${size}`, 'aria-hidden': 'true' }, emoji ?? initials);
}

export const badge = (author) => author.app && h('span', { class: 'badge' }, 'APP');
