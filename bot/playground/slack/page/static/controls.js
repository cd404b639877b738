/** The interactive elements of Block Kit: buttons, menus and fields. `form_values.js` reads their
 *  values by their `data-` attributes. */

import { choice, choiceLabel, externalMenu } from './choices.js';
import { h } from './dom.js';
import { all, user } from './store.js';

/**
 * @param {any} element
 * @param {string} block its block's id
 * @param {string | null} id of a labelled field
 * @param {boolean} acts whether the app is told of a choice at once
 */
export function control(element, block, id = null, acts = id === null) {
  const build = CONTROLS[element.type];
  if (!build) return h('span', { class: 'unknown', id }, `Element of type “${element.type}”`);
  const attributes = {
    'data-type': element.type, 'data-block': block, 'data-action': element.action_id,
    'data-confirm': element.confirm && JSON.stringify(element.confirm), id,
    'data-key': `${block}/${element.action_id}`,
  };
  return build(element, { ...attributes, ...(acts && !BUTTONS.has(element.type) ? { 'data-change': 'bk-act' } : {}) });
}

const BUTTONS = new Set(['button', 'workflow_button', 'icon_button', 'feedback_buttons', 'overflow']);

const CONTROLS = {
  button,
  workflow_button: button,
  icon_button: (e, attributes) => h('button', pressable(e, attributes), icon(e.icon), ' ', e.text?.plain),
  feedback_buttons: feedback,
  overflow: (e, attributes) => h('button', {
    ...attributes, type: 'button', class: 'bk-button', 'data-click': 'bk-overflow', 'aria-haspopup': 'menu',
    'aria-label': 'More actions', 'data-options': JSON.stringify(e.options),
  }, '⋯'),
  static_select: (e, attributes) => select(e, attributes, options(e), e.initial_option?.value),
  external_select: (e, attributes) => externalMenu(e, attributes, 'radio', [e.initial_option]),
  multi_external_select: (e, attributes) => externalMenu(e, attributes, 'checkbox', e.initial_options ?? []),
  users_select: (e, attributes) => select(e, attributes, people(), e.initial_user),
  conversations_select: (e, attributes) => select(e, attributes, channels(), e.initial_conversation),
  channels_select: (e, attributes) => select(e, attributes, channels(), e.initial_channel),
  multi_static_select: (e, attributes) => choiceGroup(e, attributes, 'checkbox', options(e), values(e.initial_options)),
  multi_users_select: (e, attributes) => choiceGroup(e, attributes, 'checkbox', people(), e.initial_users),
  multi_conversations_select: (e, attributes) => choiceGroup(e, attributes, 'checkbox', channels(), e.initial_conversations),
  multi_channels_select: (e, attributes) => choiceGroup(e, attributes, 'checkbox', channels(), e.initial_channels),
  checkboxes: (e, attributes) => choiceGroup(e, attributes, 'checkbox', options(e), values(e.initial_options)),
  radio_buttons: (e, attributes) => choiceGroup(e, attributes, 'radio', options(e), values([e.initial_option])),
  plain_text_input: (e, attributes) => (e.multiline ? area(e, attributes) : field(e, attributes, 'text', e.initial_value)),
  rich_text_input: (e, attributes) => area(e, attributes),
  email_text_input: (e, attributes) => field(e, attributes, 'email', e.initial_value),
  url_text_input: (e, attributes) => field(e, attributes, 'url', e.initial_value),
  number_input: (e, attributes) => field(e, { ...attributes, step: e.is_decimal_allowed ? 'any' : 1, min: e.min_value, max: e.max_value }, 'number', e.initial_value),
  datepicker: (e, attributes) => field(e, attributes, 'date', e.initial_date),
  timepicker: (e, attributes) => field(e, attributes, 'time', e.initial_time),
  datetimepicker: (e, attributes) => field(e, attributes, 'datetime-local', null),
  file_input: (e, attributes) => h('input', { ...attributes, type: 'file', multiple: (e.max_files ?? 10) > 1, accept: e.filetypes?.map((t) => `.${t}`).join() }),
};

const pressable = (e, attributes) => ({
  ...attributes, type: 'button', class: `bk-button ${e.style ?? ''}`, 'data-click': 'bk-act',
  'data-value': e.value, 'aria-label': e.accessibility_label,
});

function button(e, attributes) {
  if (!/^https?:\/\//i.test(e.url ?? '')) return h('button', pressable(e, attributes), e.text?.plain);
  return h('a', {
    ...pressable(e, attributes), type: null, href: e.url, title: e.url, target: '_blank', rel: 'noopener noreferrer',
  }, e.text?.plain);
}

function feedback(e, attributes) {
  const thumb = (b, emoji) => b && h('button', {
    ...attributes, 'data-key': `${attributes['data-key']}/${b.value}`, type: 'button', class: 'bk-button', 'data-click': 'bk-act',
    'data-value': b.value, 'aria-label': b.accessibility_label, 'aria-pressed': String(e.pressed === b.value),
  }, emoji, ' ', b.text?.plain);
  return h('span', { class: 'bk-feedback' }, thumb(e.positive_button, '👍'), thumb(e.negative_button, '👎'));
}

const icon = (name) => ({ trash: '🗑' })[name] ?? '•';

const options = (e) => [
  ...(e.options ?? []).map((option) => choice(option)),
  ...(e.option_groups ?? []).flatMap((g) => g.options.map((option) => choice(option, g.label?.plain))),
];
const people = () => all('user').map((u) => ({ value: u.id, label: user(u.id).name }));
const channels = () => all('channel').filter((c) => !c.dm).map((c) => ({ value: c.id, label: `#${c.name}` }));
const values = (selected) => (selected ?? []).filter(Boolean).map((option) => option.value);

function select(e, attributes, choices, selected) {
  const optionElement = (o) => h('option', {
    value: o.value, selected: o.value === selected,
  }, o.label);
  const groups = [...new Set(choices.map((o) => o.group))];
  return h('select', { ...attributes, 'aria-label': attributes.id ? null : e.placeholder?.plain ?? 'Choose' },
    h('option', { value: '' }, e.placeholder?.plain ?? 'Choose'),
    groups.map((group) => {
      const inside = choices.filter((o) => o.group === group).map(optionElement);
      return group ? h('optgroup', { label: group }, inside) : inside;
    }));
}

function choiceGroup(e, attributes, type, choices, selected = []) {
  const name = `${attributes['data-key']}`;
  return h('fieldset', { ...attributes, class: 'bk-choices' }, choices.map(
    (o) => choiceLabel(type, name, o, selected.includes(o.value))));
}

const limits = (e) => ({ maxlength: e.max_length, minlength: e.min_length, placeholder: e.placeholder?.plain });

const field = (e, attributes, type, value) => h('input', { ...attributes, ...limits(e), type, value });

const area = (e, attributes) => h('textarea', { ...attributes, ...limits(e), rows: 4 }, e.initial_value && typeof e.initial_value === 'string' ? e.initial_value : null);
