/** What the server last told, as things by id; the whole page is drawn from it. */

/** @typedef {{kind: string, [field: string]: any}} Thing */

/** @type {Map<string, Thing>} */
const things = new Map();

/** @param {{all?: boolean, set?: Record<string, Thing>, gone?: string[]}} change */
export function apply(change) {
  if (change.all) things.clear();
  for (const id of change.gone ?? []) things.delete(id);
  for (const [id, thing] of Object.entries(change.set ?? {})) things.set(id, thing);
}

export const get = (/** @type {string} */ id) => things.get(id);

export const ready = () => things.has('workspace');

/** @returns {Thing[]} */
export const all = (/** @type {string} */ kind) =>
  [...things.values()].filter((thing) => thing.kind === kind);

export const workspace = () => things.get('workspace');

export const user = (/** @type {string} */ id) =>
  things.get(`user:${id}`) ?? { id, name: id, handle: id, face: { initials: '?', hue: 0 } };

export const message = (channel, ts) => things.get(`message:${channel}:${ts}`);

const byTs = (a, b) => (a.ts < b.ts ? -1 : Number(a.ts > b.ts));

/** What the channel shows: all but the replies that stay inside their threads. */
export const channelMessages = (channel) =>
  all('message').filter((m) => m.channel === channel && (!isReply(m) || m.broadcast)).sort(byTs);

/** The replies of a thread, without its first message. */
export const replies = (channel, ts) =>
  all('message').filter((m) => m.channel === channel && m.thread === ts && isReply(m)).sort(byTs);

export const status = (channel, ts) => things.get(`status:${channel}:${ts}`);

const isReply = (m) => Boolean(m.thread) && m.thread !== m.ts;
