/** Building elements, and changing the page to look like newly built ones while what people hold
 *  (focus, typed text, opened details, scroll) stays. */

/** The only way for HTML into the page: fields named `html`, which the server rendered. */
const rendered = globalThis.trustedTypes
  ? trustedTypes.createPolicy('rendered-by-server', { createHTML: (html) => html })
  : { createHTML: (/** @type {string} */ html) => html };

/**
 * @typedef {Node | string | number | null | undefined | false | Child[]} Child
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] null, undefined and false leave one out
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

/** An element around HTML that the server rendered. */
export function rich(tag, attributes, html) {
  const element = h(tag, attributes);
  element.innerHTML = rendered.createHTML(html ?? '');
  return element;
}

/** An element that is built anew only when one of *deps* is another than last time. */
export function memo(container, key, deps, build) {
  const old = container.querySelector(`:scope > [data-key="${CSS.escape(key)}"]`);
  const same = old?.deps?.length === deps.length && deps.every((dep, i) => dep === old.deps[i]);
  const element = same ? h(old.tagName, { 'data-key': key }) : build();
  element.dataset.key = key;
  element.deps = deps;
  element.kept = same;
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
  } else if (!fresh.kept) {
    old.deps = fresh.deps;
    syncAttributes(old, fresh);
    morphChildren(old, fresh);
  }
}

function syncAttributes(old, fresh) {
  const theirs = old.dataset.own?.split(' ') ?? [];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !theirs.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !theirs.includes(name)) old.setAttribute(name, value);
  }
}

function morphChildren(old, fresh) {
  const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let spot = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const match = keyOf(wanted) ? keyed.get(keyOf(wanted)) : unkeyed(spot);
    if (!match) {
      old.insertBefore(wanted, spot);
    } else {
      if (match === spot) spot = spot.nextSibling;
      else old.insertBefore(match, spot);
      morph(match, wanted);
    }
  }
  while (spot) {
    const gone = spot;
    spot = spot.nextSibling;
    gone.remove();
  }
}

const keyOf = (node) => node.dataset?.key;
const unkeyed = (node) => (node && !keyOf(node) ? node : null);
