/** Builds elements, and morphs the page into newly built ones while its state (focus, typed text,
 *  opened details, scroll position) stays. */

import { formatDates } from './dates.js';

/** The only way to insert HTML: fields named `html`, which the server rendered. */
const trustedHtml = globalThis.trustedTypes
  ? trustedTypes.createPolicy('rendered-by-server', { createHTML: (html) => html })
  : { createHTML: (/** @type {string} */ html) => html };

/**
 * @typedef {Node | string | number | null | undefined | false | Child[]} Child
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] null, undefined and false omit one
 * @param {...Child} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...flat(children));
  return element;
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function flat(children) {
  return children.flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== '')
    .map((child) => (child instanceof Node ? child : String(child)));
}

/** An element with HTML that the server rendered. */
export function htmlElement(tag, attributes, html) {
  const element = h(tag, attributes);
  element.innerHTML = trustedHtml.createHTML(html ?? '');
  formatDates(element);
  return element;
}

/** An element that is rebuilt only when one of *deps* has changed. */
export function memo(container, key, deps, build) {
  const old = container.querySelector(`:scope > [data-key="${CSS.escape(key)}"]`);
  const same = old?.deps?.length === deps.length && deps.every((dep, i) => dep === old.deps[i]);
  const element = same ? h(old.tagName, { 'data-key': key }) : build();
  element.dataset.key = key;
  element.deps = deps;
  element.unchanged = same;
  return element;
}

/** Makes the children of *container* look like *children*. */
export function show(container, ...children) {
  const fresh = container.cloneNode(false);
  fresh.append(...flat(children));
  morphChildren(container, fresh);
}

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else if (!fresh.unchanged) {
    old.deps = fresh.deps;
    syncAttributes(old, fresh);
    morphChildren(old, fresh);
  }
}

function syncAttributes(old, fresh) {
  const preserved = old.dataset.preserve?.split(' ') ?? [];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !preserved.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !preserved.includes(name)) old.setAttribute(name, value);
  }
}

function morphChildren(old, fresh) {
  const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let cursor = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = keyOf(child) ? keyed.get(keyOf(child)) : unkeyed(cursor);
    if (!match) {
      old.insertBefore(child, cursor);
    } else {
      if (match === cursor) cursor = cursor.nextSibling;
      else old.insertBefore(match, cursor);
      morph(match, child);
    }
  }
  while (cursor) {
    const removed = cursor;
    cursor = cursor.nextSibling;
    removed.remove();
  }
}

const keyOf = (node) => node.dataset?.key;
const unkeyed = (node) => (node && !keyOf(node) ? node : null);
