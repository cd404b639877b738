/** Tables, and charts told as tables. */

import { h, rich } from './dom.js';

/** A `table` or `data_table` block; the first row holds the headings. */
export function table(block) {
  const [first = [], ...rest] = block.rows ?? [];
  const align = (i) => `align-${block.column_settings?.[i]?.align ?? 'left'}`;
  return framed(block.caption,
    h('thead', {}, h('tr', {}, first.map((c, i) => h('th', { scope: 'col', class: align(i) }, cell(c))))),
    h('tbody', {}, rest.map((row) => h('tr', {}, row.map((c, i) => h('td', { class: align(i) }, cell(c)))))));
}

/** A `data_visualization` block: its numbers, without the drawing. */
export function chart(block) {
  const points = block.chart?.segments
    ? [['', block.chart.segments]]
    : (block.chart?.series ?? []).map((series) => [series.name, series.data ?? []]);
  const rows = points.flatMap(([name, data]) => data.map((point) => [name, point.label, point.value]));
  return framed(`${block.title ?? 'Chart'} (${block.chart?.type ?? 'chart'}, shown as a table)`,
    h('tbody', {}, rows.map((row) => h('tr', {}, row.map((value) => h('td', {}, value))))));
}

function framed(caption, ...parts) {
  return h('div', { class: 'table', role: 'region', 'aria-label': caption || 'Table', tabindex: 0 },
    h('table', {}, caption && h('caption', {}, caption), parts));
}

function cell(content) {
  if (content?.type === 'rich_text') return rich('div', { class: 'text' }, content.html);
  return content?.text ?? content?.value ?? '';
}
