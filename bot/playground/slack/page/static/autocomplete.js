/** Suggestions while writing: people and groups after `@`, commands after `/`. */

import { h, show } from './dom.js';
import { on } from './events.js';
import { badge, face } from './faces.js';
import { all } from './store.js';

const MOST = 8;

/** Watches the text field of *form*. */
export function complete(form) {
  const field = form.querySelector('textarea');
  field.addEventListener('input', () => offer(form));
  field.addEventListener('blur', () => setTimeout(() => close(form), 150));
  field.addEventListener('keydown', (event) => {
    if (!isOpen(form) || event.isComposing) return;
    const act = KEYS[event.key];
    if (!act || act(form) === false) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

const KEYS = {
  ArrowDown: (form) => move(form, 1),
  ArrowUp: (form) => move(form, -1),
  Enter: takeOrSend,
  Tab: (form) => take(form, current(form)),
  Escape: close,
};

const list = (form) => form.querySelector('.suggestions');
const isOpen = (form) => !list(form).hidden;
const current = (form) => list(form).querySelector('[aria-selected="true"]');

function offer(form) {
  const found = matches(form.querySelector('textarea'));
  if (!found.length) {
    close(form);
    return;
  }
  show(list(form), found.map((one, i) => h('li', {
    role: 'option', id: `${form.id}-option-${i}`, 'aria-selected': String(i === 0), 'data-do': 'take', 'data-insert': one.insert,
  }, one.face && face(one, 'tiny'), h('b', {}, one.label), badge(one), h('span', { class: 'bk-hint' }, one.hint))));
  list(form).hidden = false;
  point(form);
}

function matches(field) {
  const before = field.value.slice(0, field.selectionStart);
  const command = /^\/(\S*)$/.exec(before);
  if (command) return commands(before);
  const person = /(?:^|[\s(])@([^\s@]*)$/.exec(before);
  return person ? people(person[1].toLowerCase()) : [];
}

const commands = (typed) => all('command').filter((c) => c.name.startsWith(typed))
  .map((c) => ({ insert: `${c.name} `, label: c.name, hint: [c.hint, c.description].filter(Boolean).join(' · ') }));

function people(typed) {
  const fits = (u) => u.handle.toLowerCase().startsWith(typed) || u.name.toLowerCase().split(' ').some((part) => part.startsWith(typed));
  return [...all('user'), ...all('group')].filter(fits).sort((a, b) => Number(b.app) - Number(a.app)).slice(0, MOST)
    .map((u) => ({ ...u, insert: `@${u.handle} `, label: u.name, hint: `@${u.handle}${u.note ? ` · ${u.note}` : ''}` }));
}

function move(form, step) {
  const options = [...list(form).children];
  const at = options.indexOf(current(form));
  options.forEach((option) => option.setAttribute('aria-selected', 'false'));
  options[(at + step + options.length) % options.length].setAttribute('aria-selected', 'true');
  point(form);
}

function point(form) {
  const field = form.querySelector('textarea');
  field.setAttribute('aria-expanded', 'true');
  field.setAttribute('aria-activedescendant', current(form).id);
  current(form).scrollIntoView({ block: 'nearest' });
}

/** What is already typed in full is sent, not taken. */
function takeOrSend(form) {
  const option = current(form);
  const whole = form.querySelector('textarea').value === option.dataset.insert.trim();
  if (!whole) return take(form, option);
  close(form);
  return false;
}

function take(form, option) {
  const field = form.querySelector('textarea');
  const end = field.selectionStart;
  const start = field.value.slice(0, end).search(/[@/][^\s@]*$/);
  field.setRangeText(option.dataset.insert, start, end, 'end');
  close(form);
  field.focus();
  return true;
}

function close(form) {
  const field = form.querySelector('textarea');
  list(form).hidden = true;
  field.setAttribute('aria-expanded', 'false');
  field.removeAttribute('aria-activedescendant');
}

on('take', (option) => take(option.closest('form'), option));
