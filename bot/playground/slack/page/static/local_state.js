/** The state of this browser tab: what is being edited, what has been read, what is not sent yet. */

export const local = {
  /** @type {string | null} pane/message */
  editing: null,
  connected: true,
  drawer: false,
  /** Counts up while a status is shown, to rotate the loading messages. */
  tick: 0,
};

/** @returns {Record<string, string>} what survives a reload under *key* */
const kept = (key) => JSON.parse(sessionStorage.getItem(key) ?? '{}');
const keep = (key, all) => sessionStorage.setItem(key, JSON.stringify(all));

const READ = 'read';
const readMarks = kept(READ); // the last read message, by person and conversation

export const lastRead = (me, conversation) => readMarks[`${me}/${conversation}`];

export function markRead(me, conversation, ts) {
  if (lastRead(me, conversation) === ts) return;
  readMarks[`${me}/${conversation}`] = ts;
  keep(READ, readMarks);
}

const DRAFTS = 'drafts';
const drafts = kept(DRAFTS); // what was typed and not sent, by person and conversation

export const draftOf = (conversation) => drafts[conversation] ?? '';

export function keepDraft(conversation, text) {
  drafts[conversation] = text || undefined;
  keep(DRAFTS, drafts);
}
