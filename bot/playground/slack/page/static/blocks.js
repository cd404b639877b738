/** Block Kit blocks as elements. An unknown block is shown as such instead of vanishing. */

import { h, htmlElement } from './dom.js';
import { control } from './controls.js';
import { plan, taskCard } from './tasks.js';
import { chart, table } from './tables.js';
import { workspace } from './store.js';

/**
 * @param {any[]} blocks
 * @returns {HTMLElement[]}
 */
export const blockElements = (blocks) => blocks.map((block, i) => {
  const build = BLOCKS[block.type] ?? unknown;
  const element = build(block);
  element.dataset.key ??= block.block_id ?? `b${i}`;
  return element;
});

/** A text object as an element. */
export const text = (tag, attributes, object) =>
  htmlElement(tag, { ...attributes, class: `${attributes.class ?? ''} text`.trim() }, object?.html);

const BLOCKS = {
  section,
  header: (b) => text('p', { class: 'bk-header', role: 'heading', 'aria-level': 2 }, b.text),
  divider: () => h('hr', { class: 'bk-divider' }),
  context: (b) => h('div', { class: 'bk-context' }, b.elements.map(contextPart)),
  image: (b) => h('figure', { class: 'bk-image' },
    b.title && text('figcaption', {}, b.title), image(b)),
  actions: (b) => h('div', { class: 'bk-actions' }, b.elements.map((e) => control(e, b.block_id))),
  context_actions: (b) => h('div', { class: 'bk-actions quiet' }, b.elements.map((e) => control(e, b.block_id))),
  markdown: (b) => htmlElement('div', { class: 'text markdown' }, b.html),
  rich_text: (b) => htmlElement('div', { class: 'text' }, b.html),
  table,
  data_table: table,
  data_visualization: chart,
  plan,
  task_card: (b) => taskCard(b),
  alert: (b) => h('div', { class: `bk-alert ${b.level ?? 'default'}` },
    h('b', {}, ALERTS[b.level] ?? 'Note'), text('div', {}, b.text)),
  card,
  carousel: (b) => h('div', { class: 'bk-carousel', tabindex: 0, role: 'group', 'aria-label': 'Cards' },
    b.elements.map(card)),
  container,
  input,
  file: (b) => h('div', { class: 'file' }, `File ${b.external_id ?? ''}`),
};

const ALERTS = { info: 'Info', warning: 'Warning', error: 'Error', success: 'Success' };

function section(block) {
  return h('div', { class: 'bk-section' },
    h('div', { class: 'bk-section-main' },
      block.text && text('div', {}, block.text),
      block.fields && h('div', { class: 'bk-fields' }, block.fields.map((f) => text('div', {}, f)))),
    block.accessory && (block.accessory.type === 'image'
      ? image(block.accessory)
      : control(block.accessory, block.block_id)));
}

const contextPart = (part) => (part.type === 'image'
  ? image(part)
  : text('span', {}, part));

function card(block) {
  return h('div', { class: 'bk-card' },
    block.hero_image && imageStub(block.hero_image.alt_text, block.hero_image.image_url),
    block.title && text('div', { class: 'bk-card-title' }, block.title),
    block.subtitle && text('div', { class: 'bk-hint' }, block.subtitle),
    block.body && text('div', {}, block.body),
    block.actions && h('div', { class: 'bk-actions' }, block.actions.map((e) => control(e, block.block_id))));
}

function container(block) {
  const title = block.title ? text('span', {}, block.title) : htmlElement('span', {}, block.rich_text_title?.html);
  const inside = h('div', { class: 'bk-container-body' }, blockElements(block.child_blocks ?? []));
  if (!block.is_collapsible) return h('section', { class: 'bk-container' }, h('div', {}, title), inside);
  return h('details', { class: 'bk-container', 'data-preserve': 'open', open: !block.default_collapsed },
    h('summary', {}, title), inside);
}

function input(block) {
  const id = `in-${block.block_id}-${block.element.action_id}`;
  const element = control(block.element, block.block_id, id, block.dispatch_action === true);
  const isGroup = element.tagName === 'FIELDSET';
  const error = h('p', { class: 'bk-error', id: `${id}-error`, 'data-error-of': block.block_id, hidden: true });
  element.setAttribute('aria-describedby', block.hint ? `${id}-hint ${id}-error` : `${id}-error`);
  if (isGroup) element.prepend(h('legend', {}, label(block)));
  return h('div', { class: 'bk-input', 'data-optional': block.optional },
    !isGroup && h('label', { for: id }, label(block)), element,
    block.hint && text('p', { class: 'bk-hint', id: `${id}-hint` }, block.hint), error);
}

const label = (block) => [
  text('span', {}, block.label), block.optional && h('span', { class: 'bk-hint' }, ' (optional)'),
];

/** An image from the workspace's files is shown; of one from elsewhere, only the description. */
const image = (b) => (b.slack_file?.id
  ? h('img', { src: `/page/files/${encodeURIComponent(b.slack_file.id)}?team=${encodeURIComponent(workspace().id)}`, alt: b.alt_text, title: b.alt_text })
  : imageStub(b.alt_text, b.image_url));

/** Stands for an image from elsewhere, which is never loaded. */
function imageStub(alt, url) {
  return h('span', { class: 'image-stub', role: 'img', 'aria-label': alt, title: url ?? null },
    `Image: ${alt || 'no description'}`);
}

function unknown(block) {
  return h('div', { class: 'unknown' }, `Block of type “${block.type}”: the playground cannot show it`);
}
