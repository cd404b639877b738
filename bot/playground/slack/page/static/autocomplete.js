/** Suggestions while typing: people and groups after `@`, commands after `/`, emoji after `:`. */

import { h, show } from './dom.js';
import { on } from './events.js';
import { badge, avatar, canShowEmoji } from './avatars.js';
import { emojiNamed } from './emoji.js';
import { all } from './store.js';

const MAX_SUGGESTIONS = 8;

/** Offers suggestions in the text field of *form*. */
export function enableAutocomplete(form) {
  const field = form.querySelector('textarea');
  field.addEventListener('input', () => suggest(form));
  field.addEventListener('blur', () => setTimeout(() => close(form), 150));
  field.addEventListener('keydown', (event) => {
    if (!isOpen(form) || event.isComposing) return;
    const handle = KEYS[event.key];
    if (!handle || handle(form) === false) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

const KEYS = {
  ArrowDown: (form) => move(form, 1),
  ArrowUp: (form) => move(form, -1),
  Enter: acceptOrSend,
  Tab: (form) => accept(form, selected(form)),
  Escape: close,
};

const list = (form) => form.querySelector('.suggestions');
const isOpen = (form) => !list(form).hidden;
const selected = (form) => list(form).querySelector('[aria-selected="true"]');

function suggest(form) {
  const suggestions = matches(form.querySelector('textarea'), () => suggest(form));
  if (!suggestions.length) {
    close(form);
    return;
  }
  show(list(form), suggestions.map((suggestion, i) => h('li', {
    role: 'option', id: `${form.id}-option-${i}`, 'aria-selected': String(i === 0), 'data-click': 'accept-suggestion', 'data-insert': suggestion.insert,
  }, suggestion.avatar && avatar(suggestion, 'tiny'), suggestion.icon && h('span', { 'aria-hidden': 'true' }, suggestion.icon), h('b', {}, suggestion.label), badge(suggestion), h('span', { class: 'bk-hint' }, suggestion.hint))));
  list(form).hidden = false;
  showSelected(form);
}

function matches(field, again) {
  const before = field.value.slice(0, field.selectionStart);
  const command = /^\/(\S*)$/.exec(before);
  if (command) return commands(before);
  const person = /(?:^|[\s(])@([^\s@]*)$/.exec(before);
  if (person) return people(person[1].toLowerCase());
  const emoji = /(?:^|[\s(]):([\w+-]{2,})$/.exec(before);
  return emoji ? emojis(emoji[1].toLowerCase(), again) : [];
}

const commands = (typed) => all('command').filter((c) => c.name.startsWith(typed))
  .map((c) => ({ insert: `${c.name} `, label: c.name, hint: [c.hint, c.description].filter(Boolean).join(' · ') }));

function people(typed) {
  const isMatch = (u) => u.handle.toLowerCase().startsWith(typed) || u.name.toLowerCase().split(' ').some((part) => part.startsWith(typed));
  return [...all('user'), ...all('group')].filter(isMatch).sort((a, b) => Number(b.app) - Number(a.app)).slice(0, MAX_SUGGESTIONS)
    .map((u) => ({ ...u, insert: `@${u.handle} `, label: u.name, hint: `@${u.handle}${u.note ? ` · ${u.note}` : ''}` }));
}

const emojis = (typed, again) => emojiNamed(typed, again).slice(0, MAX_SUGGESTIONS)
  .map(([name, character]) => ({ insert: `:${name}: `, label: `:${name}:`, icon: canShowEmoji() && character }));

function move(form, step) {
  const options = [...list(form).children];
  const index = options.indexOf(selected(form));
  options.forEach((option) => option.setAttribute('aria-selected', 'false'));
  options[(index + step + options.length) % options.length].setAttribute('aria-selected', 'true');
  showSelected(form);
}

function showSelected(form) {
  const field = form.querySelector('textarea');
  field.setAttribute('aria-activedescendant', selected(form).id);
  selected(form).scrollIntoView({ block: 'nearest' });
}

/** A suggestion that is already typed in full is sent as it is. */
function acceptOrSend(form) {
  const option = selected(form);
  const isComplete = form.querySelector('textarea').value === option.dataset.insert.trim();
  if (!isComplete) return accept(form, option);
  close(form);
  return false;
}

function accept(form, option) {
  const field = form.querySelector('textarea');
  const end = field.selectionStart;
  const start = field.value.slice(0, end).search(/[@/:][^\s@:]*$/);
  field.setRangeText(option.dataset.insert, start, end, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
  return true;
}

function close(form) {
  const field = form.querySelector('textarea');
  list(form).hidden = true;
  field.removeAttribute('aria-activedescendant');
}

on('accept-suggestion', (option) => accept(option.closest('form'), option));
