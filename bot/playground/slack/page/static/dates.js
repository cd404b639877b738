/** Dates in texts, as Slack formats them: in the viewer's time, in the words of the sender's format. */

const DAY_MS = 86_400_000;
const UNITS = [['year', 365 * DAY_MS], ['month', 30 * DAY_MS], ['day', DAY_MS], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]];
const ORDINALS = { one: 'st', two: 'nd', few: 'rd', other: 'th' };

const formatter = (options) => new Intl.DateTimeFormat(undefined, options);
const LONG = formatter({ year: 'numeric', month: 'long', day: 'numeric' });
const SHORT = formatter({ year: 'numeric', month: 'short', day: 'numeric' });
const FULL = formatter({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
const TIME = formatter({ hour: 'numeric', minute: '2-digit' });
const TIME_SECS = formatter({ hour: 'numeric', minute: '2-digit', second: '2-digit' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const TOKENS = {
  date_num: numbers,
  date_slash: (date) => formatter({ year: 'numeric', month: '2-digit', day: '2-digit' }).format(date),
  date: (date) => ordinal(LONG, date),
  date_short: (date) => SHORT.format(date),
  date_long: (date) => ordinal(FULL, date),
  date_pretty: (date) => near(date) ?? ordinal(LONG, date),
  date_short_pretty: (date) => near(date) ?? SHORT.format(date),
  date_long_pretty: (date) => near(date) ?? ordinal(FULL, date),
  time: (date) => TIME.format(date),
  time_secs: (date) => TIME_SECS.format(date),
  ago,
};

/** Formats the dates in *element*; one whose format says nothing about it stays as its fallback. */
export function formatDates(element) {
  for (const time of element.querySelectorAll('time[data-format]')) {
    const date = new Date(time.dateTime);
    const { format } = time.dataset;
    const isKnown = [...format.matchAll(/\{(\w+)\}/g)].some(([, token]) => token in TOKENS);
    if (!isKnown || Number.isNaN(date.getTime())) continue;
    time.title = `${FULL.format(date)} ${TIME_SECS.format(date)}`;
    const text = format.replace(/\{(\w+)\}/g, (all, token) => TOKENS[token]?.(date) ?? all);
    time.textContent = format.startsWith('{') ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  }
}

/** The local date as 2014-02-18. */
function numbers(date) {
  const parts = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return [String(date.getFullYear()).padStart(4, '0'), ...parts].join('-');
}

/** The date with the day as 1st, 2nd, 3rd, where the language is English. */
function ordinal(format, date) {
  const { locale } = format.resolvedOptions();
  if (!locale.startsWith('en')) return format.format(date);
  const suffix = ORDINALS[new Intl.PluralRules(locale, { type: 'ordinal' }).select(date.getDate())];
  return format.formatToParts(date).map(({ type, value }) => (type === 'day' ? value + suffix : value)).join('');
}

/** Yesterday, today or tomorrow, if it is one of them. */
function near(date) {
  const midnight = (d) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  const days = (midnight(date) - midnight(new Date())) / DAY_MS;
  return Math.abs(days) <= 1 ? RELATIVE.format(days, 'day') : null;
}

function ago(date) {
  const ms = date - Date.now();
  const [unit, size] = UNITS.find(([, least]) => Math.abs(ms) >= least) ?? UNITS.at(-1);
  return RELATIVE.format(Math.trunc(ms / size), unit);
}
