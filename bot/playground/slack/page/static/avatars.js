/** Avatars (a coloured square with an emoji or initials), channel icons and badges. */

import { h } from './dom.js';

/** @type {boolean | undefined} */
let hasEmojiFont;

/** Whether this computer has an emoji font: a test emoji is drawn in colour, not as a box. */
export function canShowEmoji() {
  if (hasEmojiFont !== undefined) return hasEmojiFont;
  const context = h('canvas', { width: 20, height: 20 }).getContext('2d', { willReadFrequently: true });
  context.font = '16px sans-serif';
  context.fillText('🙂', 0, 16);
  const { data } = context.getImageData(0, 0, 20, 20);
  hasEmojiFont = data.some((value, i) => i % 4 === 0 && value !== data[i + 2]);
  return hasEmojiFont;
}

export function avatar({ avatar: { emoji, initials, hue } }, size = '') {
  return h('span', { class: `avatar hue-${hue} ${size}`, 'aria-hidden': 'true' }, (canShowEmoji() && emoji) || initials);
}

/** The icon before a channel's name: a lock if it is private. */
export const channelIcon = (channel) => (channel.private
  ? h('span', { class: 'lock', role: 'img', 'aria-label': 'Private' })
  : h('span', { class: 'hash', 'aria-hidden': 'true' }, '#'));

export const badge = (author) => author.app && h('span', { class: 'badge' }, 'APP');
