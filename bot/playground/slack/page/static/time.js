/** Slack's timestamps in readable form. */

const dateOf = (ts) => new Date(Number(ts) * 1000);

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', month: 'long', day: 'numeric' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'medium' });

export const clock = (ts) => CLOCK.format(dateOf(ts));
export const full = (ts) => FULL.format(dateOf(ts));
export const iso = (ts) => dateOf(ts).toISOString();
export const dayKey = (ts) => dateOf(ts).toDateString();

export function day(ts) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (dayKey(ts) === today.toDateString()) return 'Today';
  if (dayKey(ts) === yesterday.toDateString()) return 'Yesterday';
  return DAY.format(dateOf(ts));
}
