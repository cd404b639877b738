/** Plans and task cards; each task's status is an icon and a word. */

import { h, htmlElement } from './dom.js';

const STATES = {
  pending: ['○', 'Waiting'],
  in_progress: ['', 'Working'],
  complete: ['✓', 'Done'],
  error: ['!', 'Not done'], // failed, or stopped
};

export function plan(block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === 'complete').length;
  return h('details', { class: 'plan', 'data-preserve': 'open', open: true },
    h('summary', {}, h('span', { class: 'plan-title' }, block.title),
      h('span', { class: 'plan-count' }, `${done} of ${tasks.length} done`)),
    h('ul', {}, tasks.map((task) => h('li', { 'data-key': task.task_id ?? null }, taskCard(task)))));
}

export function taskCard(task) {
  const [icon, statusText] = STATES[task.status] ?? ['?', task.status];
  const head = [
    h('span', { class: 'task-icon', 'aria-hidden': 'true' }, icon),
    h('span', { class: 'task-title' }, task.title),
    h('span', { class: 'task-state' }, statusText),
  ];
  const inside = [part('Details', task.details), part('Output', task.output), sources(task.sources)]
    .filter(Boolean);
  const attributes = { class: `task ${task.status}`, 'data-key': task.task_id ?? null };
  if (!inside.length) return h('div', attributes, h('div', { class: 'task-head' }, head));
  return h('details', { ...attributes, 'data-preserve': 'open' },
    h('summary', { class: 'task-head' }, head), h('div', { class: 'task-body' }, inside));
}

function part(title, content) {
  if (!content) return null;
  const body = typeof content === 'string' ? h('p', {}, content) : htmlElement('div', { class: 'text' }, content.html);
  return h('div', {}, h('span', { class: 'task-part' }, title), body);
}

function sources(list) {
  if (!list?.length) return null;
  return h('ul', { class: 'task-sources', 'aria-label': 'Sources' }, list.map(source));
}

function source({ url, text }) {
  if (!/^https?:\/\//i.test(url ?? '')) return h('li', {}, text ?? url);
  return h('li', {}, h('a', { href: url, title: url, target: '_blank', rel: 'noopener noreferrer' }, text || url));
}
