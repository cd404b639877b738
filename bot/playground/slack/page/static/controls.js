/** The interactive elements of Block Kit: buttons, menus and fields. What they hold is read by
 *  `readings.js`; all they need for that is in their `data-` attributes. */

import { h } from './dom.js';
import { all, user } from './store.js';

/**
 * @param {any} element
 * @param {string} block its block's id
 * @param {string | null} id of a labelled field
 * @param {boolean} acts whether a choice is told to the app at once
 */
export function control(element, block, id = null, acts = id === null) {
  const draw = CONTROLS[element.type];
  if (!draw) return h('span', { class: 'unknown', id }, `Element of type “${element.type}”`);
  const about = {
    'data-type': element.type, 'data-block': block, 'data-action': element.action_id,
    'data-confirm': element.confirm && JSON.stringify(element.confirm), id,
    'data-key': `${block}/${element.action_id}`,
  };
  return draw(element, { ...about, ...(acts && !PRESSED.has(element.type) ? { 'data-change': 'bk-act' } : {}) });
}

const PRESSED = new Set(['button', 'workflow_button', 'icon_button', 'feedback_buttons', 'overflow']);

const CONTROLS = {
  button,
  workflow_button: button,
  icon_button: (e, about) => h('button', pressable(e, about), icon(e.icon), ' ', e.text?.plain),
  feedback_buttons: feedback,
  overflow: (e, about) => h('button', {
    ...about, type: 'button', class: 'bk-button', 'data-do': 'bk-overflow', 'aria-haspopup': 'menu',
    'aria-label': 'More actions', 'data-options': JSON.stringify(e.options),
  }, '⋯'),
  static_select: (e, about) => select(e, about, options(e), e.initial_option?.value),
  external_select: (e, about) => select(e, about, [], e.initial_option?.value, 'The app would load these'),
  users_select: (e, about) => select(e, about, people(), e.initial_user),
  conversations_select: (e, about) => select(e, about, channels(), e.initial_conversation),
  channels_select: (e, about) => select(e, about, channels(), e.initial_channel),
  multi_static_select: (e, about) => choices(e, about, 'checkbox', options(e), values(e.initial_options)),
  multi_users_select: (e, about) => choices(e, about, 'checkbox', people(), e.initial_users),
  multi_conversations_select: (e, about) => choices(e, about, 'checkbox', channels(), e.initial_conversations),
  multi_channels_select: (e, about) => choices(e, about, 'checkbox', channels(), e.initial_channels),
  checkboxes: (e, about) => choices(e, about, 'checkbox', options(e), values(e.initial_options)),
  radio_buttons: (e, about) => choices(e, about, 'radio', options(e), values([e.initial_option])),
  plain_text_input: (e, about) => (e.multiline ? area(e, about) : field(e, about, 'text', e.initial_value)),
  rich_text_input: (e, about) => area(e, about),
  email_text_input: (e, about) => field(e, about, 'email', e.initial_value),
  url_text_input: (e, about) => field(e, about, 'url', e.initial_value),
  number_input: (e, about) => field(e, { ...about, step: e.is_decimal_allowed ? 'any' : 1, min: e.min_value, max: e.max_value }, 'number', e.initial_value),
  datepicker: (e, about) => field(e, about, 'date', e.initial_date),
  timepicker: (e, about) => field(e, about, 'time', e.initial_time),
  datetimepicker: (e, about) => field(e, about, 'datetime-local', null),
  file_input: (e, about) => h('input', { ...about, type: 'file', multiple: (e.max_files ?? 10) > 1, accept: e.filetypes?.map((t) => `.${t}`).join() }),
};

const pressable = (e, about) => ({
  ...about, type: 'button', class: `bk-button ${e.style ?? ''}`, 'data-do': 'bk-act',
  'data-value': e.value, 'aria-label': e.accessibility_label,
});

function button(e, about) {
  if (!/^https?:\/\//i.test(e.url ?? '')) return h('button', pressable(e, about), e.text?.plain);
  return h('a', {
    ...pressable(e, about), type: null, href: e.url, title: e.url, target: '_blank', rel: 'noopener noreferrer',
  }, e.text?.plain);
}

function feedback(e, about) {
  const one = (b, sign) => b && h('button', {
    ...about, 'data-key': `${about['data-key']}/${b.value}`, type: 'button', class: 'bk-button', 'data-do': 'bk-act',
    'data-value': b.value, 'aria-label': b.accessibility_label,
  }, sign, ' ', b.text?.plain);
  return h('span', { class: 'bk-feedback' }, one(e.positive_button, '👍'), one(e.negative_button, '👎'));
}

const icon = (name) => ({ trash: '🗑' })[name] ?? '•';

/** @typedef {{value: string, label: string, about?: string, group?: string}} Offer */

const offer = (option, group) => ({
  value: option.value, label: option.text?.plain ?? option.value, about: option.description?.plain, group,
});

const options = (e) => [
  ...(e.options ?? []).map((option) => offer(option)),
  ...(e.option_groups ?? []).flatMap((g) => g.options.map((option) => offer(option, g.label?.plain))),
];
const people = () => all('user').map((u) => ({ value: u.id, label: user(u.id).name }));
const channels = () => all('channel').filter((c) => !c.dm).map((c) => ({ value: c.id, label: `#${c.name}` }));
const values = (chosen) => (chosen ?? []).filter(Boolean).map((option) => option.value);

function select(e, about, offers, chosen, none) {
  const one = (o) => h('option', {
    value: o.value, selected: o.value === chosen,
  }, o.label);
  const groups = [...new Set(offers.map((o) => o.group))];
  return h('select', { ...about, 'aria-label': about.id ? null : e.placeholder?.plain ?? 'Choose' },
    h('option', { value: '' }, none ?? e.placeholder?.plain ?? 'Choose'),
    groups.map((group) => {
      const inside = offers.filter((o) => o.group === group).map(one);
      return group ? h('optgroup', { label: group }, inside) : inside;
    }));
}

function choices(e, about, type, offers, chosen = []) {
  const name = `${about['data-key']}`;
  return h('fieldset', { ...about, class: 'bk-choices' }, offers.map((o) => h('label', {},
    h('input', { type, name, value: o.value, checked: chosen.includes(o.value) }),
    h('span', {}, o.label, o.about && h('span', { class: 'bk-hint' }, o.about)))));
}

const limits = (e) => ({ maxlength: e.max_length, minlength: e.min_length, placeholder: e.placeholder?.plain });

const field = (e, about, type, value) => h('input', { ...about, ...limits(e), type, value });

const area = (e, about) => h('textarea', { ...about, ...limits(e), rows: 4 }, e.initial_value && typeof e.initial_value === 'string' ? e.initial_value : null);
