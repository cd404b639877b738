/** Where the line "New" is drawn in an open conversation; seeing its end marks it as read. */

import { lastRead, markRead } from './local_state.js';
import { isMine, workspace } from './store.js';

/** @type {Map<string, {conversation: string, line: string | null}>} by pane */
const shown = new Map();

/**
 * The timestamp of the first of *messages* that is new to the viewer, or null.
 * @param {string} pane
 * @param {string} conversation what `lastRead` knows it by
 * @param {import('./store.js').Entity[]} messages
 * @param {boolean} atEnd whether the pane shows their end
 */
export function firstNew(pane, conversation, messages, atEnd) {
  const { me } = workspace();
  const key = `${me}/${conversation}`;
  const isSeen = atEnd && document.visibilityState === 'visible';
  const before = shown.get(pane);
  const isOpened = before?.conversation !== key;
  let line = isOpened ? null : before.line;
  if (isOpened || (!line && !isSeen)) line = firstAfter(messages, lastRead(me, conversation));
  if (line && messages.some((m) => m.ts > line && isMine(m))) line = null;
  shown.set(pane, { conversation: key, line });
  if (isSeen) markRead(me, conversation, messages.at(-1)?.ts ?? '0');
  return line;
}

/** How many of the *replies* to *m* are new to the viewer, who began the thread or has opened it. */
export function unreadReplies(m, replies) {
  const ts = lastRead(workspace().me, `${m.channel}/${m.ts}`) ?? (isMine(m) ? m.ts : null);
  return ts === null ? 0 : replies.filter((reply) => reply.ts > ts && !isMine(reply)).length;
}

function firstAfter(messages, ts) {
  if (ts === undefined) return null; // opened for the first time
  return messages.find((m) => m.ts > ts && !isMine(m))?.ts ?? null;
}
