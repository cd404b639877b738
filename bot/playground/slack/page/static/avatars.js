/** Avatars (an emoji or initials in a coloured box), channel icons and badges. */

import { h } from './dom.js';

const FONT = '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif'; // as in style.css
const SAMPLE_PIXELS = 32;
const FILLED = 0.95; // of the box, by an emoji with the space that its font puts around it
const MIDDLE_LUMINANCE = 0.22; // has the same contrast, 3.3, with the pale grounds and the deep ones

/** @type {CanvasRenderingContext2D} */
let context;
/** @type {boolean | undefined} */
let hasEmojiFont;
/** @type {Map<string, string | null>} the ground of each emoji; null if it cannot be shown */
const grounds = new Map();

/** Whether this computer has an emoji font: a test emoji is drawn in colour, not as a box. */
export function canShowEmoji() {
  hasEmojiFont ??= drawn('🙂').some(([r, , b]) => r !== b);
  return hasEmojiFont;
}

/** An emoji on a ground on which it is seen, or else initials; *size* is '', 'small' or 'tiny'. */
export function avatar({ avatar: { emoji, initials, hue } }, size = '') {
  const ground = emoji && canShowEmoji() && groundFor(emoji);
  return h('span', { class: `avatar hue-${hue} ${ground ? `emoji ${ground}` : ''} ${size}`, 'aria-hidden': 'true' }, ground ? emoji : initials);
}

/** The ground, pale or deep, with which at least half of *emoji* has a contrast of 3. */
function groundFor(emoji) {
  if (!grounds.has(emoji)) {
    const pixels = drawn(emoji);
    const bright = pixels.filter((pixel) => luminance(pixel) > MIDDLE_LUMINANCE).length;
    grounds.set(emoji, isOneGlyph(emoji) ? (bright > pixels.length / 2 ? 'deep' : 'pale') : null);
  }
  return grounds.get(emoji);
}

/** Whether the font joins *emoji* to one picture, as wide as others; sizes the avatars for the font. */
function isOneGlyph(emoji) {
  const usual = context.measureText('🙂').width;
  document.documentElement.style.setProperty('--emoji', String(FILLED * SAMPLE_PIXELS / usual));
  return context.measureText(emoji).width < 1.5 * usual;
}

/** The pixels of *emoji* that are not transparent. @returns {Uint8ClampedArray[]} */
function drawn(emoji) {
  const side = 2 * SAMPLE_PIXELS;
  context ??= h('canvas', { width: side, height: side }).getContext('2d', { willReadFrequently: true });
  context.clearRect(0, 0, side, side);
  context.font = `${SAMPLE_PIXELS}px ${FONT}`;
  context.fillText(emoji, 0, 1.5 * SAMPLE_PIXELS);
  const { data } = context.getImageData(0, 0, side, side);
  const pixels = Array.from({ length: side * side }, (_, i) => data.subarray(4 * i, 4 * i + 4));
  return pixels.filter(([, , , opacity]) => opacity > 128);
}

/** How bright WCAG takes a colour to be, from 0 to 1. */
function luminance([red, green, blue]) {
  const linear = (value) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** The icon before a channel's name: a lock if it is private. */
export const channelIcon = (channel) => (channel.private
  ? h('span', { class: 'lock', role: 'img', 'aria-label': 'Private' })
  : h('span', { class: 'hash', 'aria-hidden': 'true' }, '#'));

export const badge = (author) => author.app && h('span', { class: 'badge' }, 'APP');
