/** The options of a menu to choose from, and menus whose options come from the app. */

import { act } from './api.js';
import { h } from './dom.js';

/** @typedef {{value: string, label: string, description?: string, group?: string}} Choice */

/** @returns {Choice} */
export const choice = (option, group) => ({
  value: option.value, label: option.text?.plain ?? option.value, description: option.description?.plain, group,
});

/** @param {Choice} o */
export const choiceLabel = (type, name, o, checked = false) => h('label', {},
  h('input', { type, name, value: o.value, checked }),
  h('span', {}, o.label, o.description && h('span', { class: 'bk-hint' }, o.description)));

/** A field to type in, and below it what is chosen and what the app offers for what is typed. */
export function externalMenu(e, attributes, type, chosen) {
  const label = e.placeholder?.plain ?? 'Search';
  const search = h('input', {
    type: 'search', class: 'bk-search', 'aria-label': label, placeholder: label, 'data-change': 'none',
  });
  const found = h('div', { class: 'bk-found', 'aria-live': 'polite' },
    chosen.filter(Boolean).map((option) => choiceLabel(type, attributes['data-key'], choice(option), true)));
  const element = h('fieldset', { ...attributes, class: 'bk-choices' }, search, found);
  element.unchanged = true; // what was typed, found and chosen stays when the page is drawn anew
  const offer = offering(element, type, search, found, e.min_query_length ?? 3);
  search.addEventListener('input', offer);
  search.addEventListener('focus', offer);
  // Outside of a form, the app is told of a choice at once, and the menu is as before.
  found.addEventListener('change', () => setTimeout(() => element.closest('.bk-input') || found.replaceChildren()));
  return element;
}

function offering(element, type, search, found, least) {
  let asked = 0;
  return async () => {
    const typed = search.value.trim();
    asked += 1;
    const mine = asked;
    if (typed.length < least) return;
    const { block, action } = element.dataset;
    const { view } = element.closest('[data-view]').dataset;
    const answer = await act('suggest', { view, block, action, typed });
    if (mine !== asked || !answer) return;
    const kept = [...found.querySelectorAll('label:has(:checked)')];
    const values = kept.map((label) => label.querySelector('input').value);
    const others = answer.options.filter((option) => !values.includes(option.value));
    const name = element.dataset.key;
    found.replaceChildren(...kept, ...others.map((option) => choiceLabel(type, name, choice(option))));
    if (!answer.options.length) found.append(h('p', { class: 'bk-hint' }, 'No results'));
  };
}
