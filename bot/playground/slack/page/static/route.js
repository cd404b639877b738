/** The route, kept in the URL's fragment so that going back and reloading work. */

/** @returns {{channel: string, thread: string | null, home: boolean}} */
export function route() {
  const [channel = '', part = null] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  return { channel, thread: part === 'home' ? null : part, home: part === 'home' };
}

export function go(channel, part = null) {
  location.hash = `#/${channel}${part ? `/${part}` : ''}`;
}

export const link = (channel, part = null) => `#/${channel}${part ? `/${part}` : ''}`;
