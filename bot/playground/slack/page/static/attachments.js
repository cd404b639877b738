/** Attachments of a message: forwards, link previews, apps' alerts, pasted tables. */

import { blockElements } from './blocks.js';
import { h, htmlElement } from './dom.js';

/** @param {any} a the attachment @param {number} i its place among others */
export function attachmentElement(a, i) {
  const bare = a.about === 'Attachment' && !a.html && !a.title && !a.fields.length;
  return h('div', {
    class: bare ? 'attachment bare' : `attachment ${a.level}`, role: 'group', 'aria-label': a.about, 'data-key': `attachment-${i}`,
  },
  a.pretext && htmlElement('div', { class: 'text' }, a.pretext),
  [a.service, a.author].filter(Boolean).map((name) => h('div', { class: 'attachment-author' }, name)),
  title(a),
  a.html && htmlElement('div', { class: 'text' }, a.html),
  blockElements(a.blocks),
  a.attachments.map(attachmentElement),
  a.fields.length > 0 && h('dl', { class: 'bk-fields' }, a.fields.map(field)),
  a.files.map(fileElement),
  a.footer && h('div', { class: 'bk-hint' }, a.footer));
}

function title(a) {
  if (!a.title) return null;
  const text = a.link ? h('a', { href: a.link, title: a.link, target: '_blank', rel: 'noopener noreferrer' }, a.title) : a.title;
  return h('div', { class: 'attachment-title' }, text);
}

const field = (f) => h('div', { class: f.short ? null : 'long' }, h('dt', {}, f.title), htmlElement('dd', { class: 'text' }, f.html));

/** A file; of a voice clip, with its transcript. */
export const fileElement = (f) => h('div', { class: 'file', 'data-key': f.id },
  h('span', { class: 'file-icon', 'aria-hidden': 'true' }, '▤'),
  h('span', {}, h('b', {}, f.name), h('span', { class: 'bk-hint' }, f.details),
    f.transcript && h('span', { class: 'transcript' }, h('span', { class: 'visually-hidden' }, 'Transcript: '), f.transcript)));
