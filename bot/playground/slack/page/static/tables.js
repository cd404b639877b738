/** Tables, and charts as tables with bars. */

import { h, htmlElement } from './dom.js';

/** A `table` or `data_table` block; the first row holds the headings. */
export function table(block) {
  const [first = [], ...rest] = block.rows ?? [];
  const align = (i) => `align-${block.column_settings?.[i]?.align ?? 'left'}`;
  return framed(block.caption,
    h('thead', {}, h('tr', {}, first.map((c, i) => h('th', { scope: 'col', class: align(i) }, cell(c))))),
    h('tbody', {}, rest.map((row) => h('tr', {}, row.map((c, i) => h('td', { class: align(i) }, cell(c)))))));
}

/** A `data_visualization` block: a row for each label, a bar for each value. */
export function chart(block) {
  const { segments, series = [{ name: 'Share', data: segments ?? [] }], axis_config: axes } = block.chart ?? {};
  const labels = axes?.categories ?? series[0]?.data.map((point) => point.label) ?? [];
  const highest = Math.max(1, ...series.flatMap((line) => line.data.map((point) => point.value)));
  const bar = (line, label) => {
    const value = line.data.find((point) => point.label === label)?.value ?? 0;
    return h('td', {}, h('meter', { min: 0, max: highest, value, 'aria-hidden': 'true' }), ` ${value}`);
  };
  return framed(block.title ?? 'Chart',
    h('thead', {}, h('tr', {}, h('td'), series.map((line) => h('th', { scope: 'col' }, line.name)))),
    h('tbody', {}, labels.map((label) => h('tr', {}, h('th', { scope: 'row' }, label), series.map((line) => bar(line, label))))));
}

function framed(caption, ...parts) {
  return h('div', { class: 'table', role: 'group', 'aria-label': caption || 'Table', tabindex: 0 },
    h('table', {}, caption && h('caption', {}, caption), parts));
}

function cell(content) {
  if (content?.type === 'rich_text') return htmlElement('div', { class: 'cell text' }, content.html);
  return h('div', { class: 'cell' }, content?.text ?? content?.value ?? '');
}
