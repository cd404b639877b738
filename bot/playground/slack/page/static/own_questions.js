/** The thread that one's own question began opens by itself, once, when the app begins to answer. */

import { go } from './route.js';
import { replies, status, workspace } from './store.js';

/** @type {{me: string, channel: string, ts: string, from: string} | null} the newest question */
let asked = null;

/** Has the thread of a message that was just posted opened; whoever goes elsewhere is left alone. */
export function expectAnswer(channel, ts) {
  asked = { me: workspace().me, channel, ts, from: location.hash };
}

export function openAnsweredThread() {
  if (!asked) return;
  const { me, channel, ts, from } = asked;
  const isElsewhere = me !== workspace().me || from !== location.hash;
  const isAnswered = status(channel, ts) || replies(channel, ts).some((reply) => reply.author.app);
  if (isElsewhere || isAnswered) asked = null;
  if (isAnswered && !isElsewhere) go(channel, ts);
}
