/** The app's modals. All of the stack is in the page; the top one is shown. */

import { act } from './api.js';
import { blockElements, text } from './blocks.js';
import { h, show } from './dom.js';
import { on } from './events.js';
import { formValues } from './form_values.js';
import { get } from './store.js';

/** @type {Record<string, Record<string, string>>} the validation errors, by view and block */
let errors = {};

const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById('modal'));

export function drawModal() {
  const views = get('modal')?.views ?? [];
  const top = views.at(-1);
  show(dialog(), views.map((view) => form(view, view === top)));
  showErrors();
  if (top) dialog().setAttribute('aria-labelledby', `title-${top.id}`);
  if (top && !dialog().open) open();
  if (!top && dialog().open) dialog().close();
  if (!top) errors = {};
}

function open() {
  dialog().showModal();
  (dialog().querySelector('.modal-body :is(input, textarea, select, button), .modal-body[tabindex]') ?? dialog()).focus();
}

function form(view, shown) {
  const submitLabel = view.blocks?.some((b) => b.type === 'input') ? view.submit?.plain ?? 'Submit' : view.submit?.plain;
  return h('form', { 'data-key': view.id, 'data-view': view.id, hidden: !shown, novalidate: true, autocomplete: 'off' },
    h('header', {}, text('h2', { id: `title-${view.id}` }, view.title),
      h('button', { type: 'button', class: 'close', 'data-click': 'close-view', 'aria-label': 'Close' }, '✕')),
    body(view),
    h('footer', {},
      h('button', { type: 'button', class: 'bk-button', 'data-click': 'close-view' }, view.close?.plain ?? 'Cancel'),
      submitLabel && h('button', { type: 'submit', class: 'bk-button primary' }, submitLabel)));
}

/** What a view shows; one without controls takes the focus itself, so that keys scroll it. */
function body(view) {
  const shown = h('div', { class: 'modal-body' }, blockElements(view.blocks ?? []));
  if (!shown.querySelector('a, button, input, select, summary, textarea, [tabindex]')) {
    for (const [name, value] of Object.entries({ tabindex: 0, role: 'group', 'aria-labelledby': `title-${view.id}` })) shown.setAttribute(name, value);
  }
  return shown;
}

function showErrors() {
  for (const [view, blockErrors] of Object.entries(errors)) {
    for (const line of dialog().querySelectorAll(`[data-view="${CSS.escape(view)}"] [data-error-of]`)) {
      showError(line, blockErrors[line.dataset.errorOf] ?? '');
    }
  }
}

function showError(line, error) {
  line.textContent = error;
  line.hidden = !error;
  const input = line.closest('.bk-input').querySelector('[data-action]');
  input.setAttribute('aria-invalid', String(Boolean(error)));
}

async function submit(element) {
  const view = element.dataset.view;
  const formErrors = validate(element);
  if (!Object.keys(formErrors).length) {
    const answer = await act('submit', { view, values: await formValues(element) });
    Object.assign(formErrors, answer?.errors ?? {});
  }
  errors = { ...errors, [view]: formErrors };
  showErrors();
  element.querySelector('[aria-invalid="true"]')?.focus();
}

/** The errors that Slack finds before it calls the app. */
function validate(element) {
  const formErrors = {};
  for (const line of element.querySelectorAll('[data-error-of]')) {
    const block = line.closest('.bk-input');
    const input = block.querySelector('[data-action]');
    if (!block.hasAttribute('data-optional') && isEmpty(input)) formErrors[line.dataset.errorOf] = 'Please complete this required field.';
    else if (input.validity && !input.validity.valid) formErrors[line.dataset.errorOf] = input.validationMessage;
  }
  return formErrors;
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
