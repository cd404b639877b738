/** What only this page knows: what is being edited, what was read. */

export const ui = {
  /** @type {string | null} pane/message */
  editing: null,
  connected: true,
  drawer: false,
  /** Grows while somebody works, to turn over the loading messages. */
  tick: 0,
};

const KEY = 'read';

/** @returns {Record<string, string>} the last read message, by person and channel */
const marks = () => JSON.parse(sessionStorage.getItem(KEY) ?? '{}');

export const lastRead = (me, channel) => marks()[`${me}/${channel}`];

export function markRead(me, channel, ts) {
  if (lastRead(me, channel) === ts) return;
  sessionStorage.setItem(KEY, JSON.stringify({ ...marks(), [`${me}/${channel}`]: ts }));
}
