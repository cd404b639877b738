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

/** @type {Record<string, string>} the last read message, by person and conversation */
const readMarks = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');

export const lastRead = (me, conversation) => readMarks[`${me}/${conversation}`];

export function markRead(me, conversation, ts) {
  if (lastRead(me, conversation) === ts) return;
  readMarks[`${me}/${conversation}`] = ts;
  sessionStorage.setItem(KEY, JSON.stringify(readMarks));
}
