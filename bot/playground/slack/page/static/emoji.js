/** The names of emoji, fetched when the first one is typed. */

/** @type {[string, string][] | null} names and characters, Slack's own names first */
let known = null;

/** Fetches the names, once; *then* is called when they are there. */
async function fetchNames(then) {
  known = [];
  try {
    known = await (await fetch('/page/emoji.json')).json();
    then();
  } catch {
    known = null; // the next try may succeed
  }
}

/** The emoji whose names contain *typed*, those that begin with it first. */
export function emojiNamed(typed, whenKnown) {
  if (!known) fetchNames(whenKnown);
  const fitting = (known ?? []).filter(([name]) => name.includes(typed));
  return fitting.sort(([a], [b]) => Number(b.startsWith(typed)) - Number(a.startsWith(typed)));
}
