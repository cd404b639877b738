/** The state of this browser tab: what is being edited, what has been read. */

export const local = {
  /** @type {string | null} pane/message */
  editing: null,
  connected: true,
  drawer: false,
  /** Counts up while a status is shown, to rotate the loading messages. */
  tick: 0,
};

const KEY = 'read';

/** @returns {Record<string, string>} the last read message, by person and channel */
const readMarks = () => JSON.parse(sessionStorage.getItem(KEY) ?? '{}');

export const lastRead = (me, channel) => readMarks()[`${me}/${channel}`];

export function markRead(me, channel, ts) {
  if (lastRead(me, channel) === ts) return;
  sessionStorage.setItem(KEY, JSON.stringify({ ...readMarks(), [`${me}/${channel}`]: ts }));
}
