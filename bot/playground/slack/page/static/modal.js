/** Views that the app opened over the page. All of the stack is there; the topmost is seen. */

import { act } from './actions.js';
import { blockElements, text } from './blocks.js';
import { h, show } from './dom.js';
import { on } from './events.js';
import { valuesOf } from './readings.js';
import { get } from './store.js';

/** @type {Record<string, Record<string, string>>} what was wrong, by view and block */
let errors = {};

const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById('modal'));

export function drawModal() {
  const views = get('modal')?.views ?? [];
  const top = views.at(-1);
  show(dialog(), views.map((view) => form(view, view === top)));
  tellErrors();
  if (top) dialog().setAttribute('aria-labelledby', `title-${top.id}`);
  if (top && !dialog().open) open();
  if (!top && dialog().open) dialog().close();
  if (!top) errors = {};
}

function open() {
  dialog().showModal();
  (dialog().querySelector('.modal-body :is(input, textarea, select, button)') ?? dialog()).focus();
}

function form(view, shown) {
  const words = view.blocks?.some((b) => b.type === 'input') ? view.submit?.plain ?? 'Submit' : view.submit?.plain;
  return h('form', { 'data-key': view.id, 'data-view': view.id, hidden: !shown, novalidate: true, autocomplete: 'off' },
    h('header', {}, text('h2', { id: `title-${view.id}` }, view.title),
      h('button', { type: 'button', class: 'close', 'data-do': 'close-view', 'aria-label': 'Close' }, '✕')),
    h('div', { class: 'modal-body' }, blockElements(view.blocks ?? [])),
    h('footer', {},
      h('button', { type: 'button', class: 'bk-button', 'data-do': 'close-view' }, view.close?.plain ?? 'Cancel'),
      words && h('button', { type: 'submit', class: 'bk-button primary' }, words)));
}

function tellErrors() {
  for (const [view, wrong] of Object.entries(errors)) {
    for (const line of dialog().querySelectorAll(`[data-view="${CSS.escape(view)}"] [data-error-of]`)) {
      tellError(line, wrong[line.dataset.errorOf] ?? '');
    }
  }
}

function tellError(line, sentence) {
  line.textContent = sentence;
  line.hidden = !sentence;
  const input = line.closest('.bk-input').querySelector('[data-action]');
  input.setAttribute('aria-invalid', String(Boolean(sentence)));
}

async function submit(element) {
  const view = element.dataset.view;
  const wrong = missing(element);
  if (!Object.keys(wrong).length) {
    const answer = await act('submit', { view, values: await valuesOf(element) });
    Object.assign(wrong, answer?.errors ?? {});
  }
  errors = { ...errors, [view]: wrong };
  tellErrors();
  element.querySelector('[aria-invalid="true"]')?.focus();
}

/** What Slack itself asks for before it tells the app. */
function missing(element) {
  const wrong = {};
  for (const line of element.querySelectorAll('[data-error-of]')) {
    const holder = line.closest('.bk-input');
    const input = holder.querySelector('[data-action]');
    if (!holder.hasAttribute('data-optional') && isEmpty(input)) wrong[line.dataset.errorOf] = 'Please complete this required field.';
    else if (input.validity && !input.validity.valid) wrong[line.dataset.errorOf] = input.validationMessage;
  }
  return wrong;
}

const isEmpty = (input) => (input.tagName === 'FIELDSET' ? !input.querySelector(':checked') : !input.value.trim());

const close = (view) => act('close', { view });

on('close-view', (button) => close(button.closest('[data-view]').dataset.view));

export function listenToModal() {
  dialog().addEventListener('submit', (event) => { event.preventDefault(); submit(event.target); });
  dialog().addEventListener('cancel', (event) => {
    event.preventDefault();
    close(get('modal').views.at(-1).id);
  });
}
