/** What people entered and chose, in the words of Slack's payloads. */

import { upload } from './actions.js';

/** @returns {Promise<Record<string, Record<string, object>>>} `view.state.values` of what is in *root* */
export async function stateOf(root) {
  const values = {};
  for (const element of root.querySelectorAll('.bk-input [data-action], [data-change][data-action]')) {
    const { block, action } = element.dataset;
    (values[block] ??= {})[action] = await reading(element);
  }
  return values;
}

/** @param {HTMLElement} element @returns {Promise<Record<string, unknown>>} */
export async function reading(element) {
  const { type } = element.dataset;
  const read = READINGS[type];
  return { type, ...(read ? await read(element) : { value: element.dataset.value ?? null }) };
}

const text = (e) => ({ value: e.value === '' ? null : e.value });
const option = (e) => (e?.dataset.option ? JSON.parse(e.dataset.option) : null);
const picked = (e) => e.selectedOptions[0];
const checked = (e) => [...e.querySelectorAll('input:checked')];
const ids = (e) => checked(e).map((input) => input.value);

const READINGS = {
  plain_text_input: text,
  email_text_input: text,
  url_text_input: text,
  number_input: text,
  rich_text_input: (e) => ({ rich_text_value: richText(e.value) }),
  static_select: (e) => ({ selected_option: option(picked(e)) }),
  external_select: (e) => ({ selected_option: option(picked(e)) }),
  users_select: (e) => ({ selected_user: e.value || null }),
  conversations_select: (e) => ({ selected_conversation: e.value || null }),
  channels_select: (e) => ({ selected_channel: e.value || null }),
  multi_static_select: (e) => ({ selected_options: checked(e).map(option) }),
  multi_users_select: (e) => ({ selected_users: ids(e) }),
  multi_conversations_select: (e) => ({ selected_conversations: ids(e) }),
  multi_channels_select: (e) => ({ selected_channels: ids(e) }),
  checkboxes: (e) => ({ selected_options: checked(e).map(option) }),
  radio_buttons: (e) => ({ selected_option: option(checked(e)[0]) }),
  datepicker: (e) => ({ selected_date: e.value || null }),
  timepicker: (e) => ({ selected_time: e.value || null }),
  datetimepicker: (e) => ({ selected_date_time: e.value ? Math.floor(new Date(e.value).getTime() / 1000) : null }),
  file_input: async (e) => ({ files: (await uploads(e.files)).map((id) => ({ id })) }),
};

const uploads = async (files) => (await Promise.all([...files].map(upload))).filter(Boolean);

const richText = (value) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: value ? [{ type: 'text', text: value }] : [] }],
});
