/** The entities by id, as of the server's last update; the whole page is drawn from them. */

/** @typedef {{kind: string, [field: string]: any}} Entity */

/** @type {Map<string, Entity>} */
const entities = new Map();

/** @param {{all?: boolean, set?: Record<string, Entity>, removed?: string[]}} update */
export function apply(update) {
  if (update.all) entities.clear();
  for (const id of update.removed ?? []) entities.delete(id);
  for (const [id, entity] of Object.entries(update.set ?? {})) entities.set(id, entity);
}

export const get = (/** @type {string} */ id) => entities.get(id);

export const ready = () => entities.has('workspace');

/** @returns {Entity[]} */
export const all = (/** @type {string} */ kind) =>
  [...entities.values()].filter((entity) => entity.kind === kind);

export const workspace = () => entities.get('workspace');

/** @returns {{id: string, name: string}[]} all workspaces, of which this is one */
export const workspaces = () => entities.get('workspaces')?.items ?? [];

export const user = (/** @type {string} */ id) =>
  entities.get(`user:${id}`) ?? { id, name: id, handle: id, avatar: { initials: '?', hue: 0 } };

export const message = (channel, ts) => entities.get(`message:${channel}:${ts}`);

const byTs = (a, b) => (a.ts < b.ts ? -1 : Number(a.ts > b.ts));

/** The messages that the channel shows: all but the replies inside threads. */
export const channelMessages = (channel) =>
  all('message').filter((m) => m.channel === channel && (!isReply(m) || m.broadcast)).sort(byTs);

/** The replies of a thread, without its first message. */
export const replies = (channel, ts) =>
  all('message').filter((m) => m.channel === channel && m.thread === ts && isReply(m)).sort(byTs);

export const status = (channel, ts) => entities.get(`status:${channel}:${ts}`);

export const isMine = (m) => m.author.id === workspace().me && !m.author.app;

const isReply = (m) => Boolean(m.thread) && m.thread !== m.ts;
