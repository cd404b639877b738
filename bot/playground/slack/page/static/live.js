/** The stream of changes; it comes back by itself, and then starts with everything anew. */

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;

/**
 * @param {string} user whose eyes we look through
 * @param {(change: object) => void} onChange
 * @param {(connected: boolean) => void} onConnection
 * @returns {() => void} stops it
 */
export function follow(user, onChange, onConnection) {
  let wait = FIRST_WAIT;
  let stopped = false;
  /** @type {WebSocket} */
  let socket;

  function connect() {
    if (stopped) return;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(`${scheme}://${location.host}/page/live?user=${encodeURIComponent(user)}`);
    socket.onmessage = ({ data }) => {
      if (stopped) return;
      wait = FIRST_WAIT;
      onConnection(true);
      onChange(JSON.parse(data));
    };
    socket.onclose = () => {
      if (stopped) return;
      onConnection(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  connect();
  return () => {
    stopped = true;
    socket.close();
  };
}
