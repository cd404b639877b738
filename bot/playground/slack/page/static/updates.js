/** The WebSocket with the server's updates. It reconnects, and then starts with a full update. */

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5000;

/**
 * @param {string} team the workspace's id; of none, the server shows the first
 * @param {string} user the viewer's id
 * @param {(update: object) => void} onUpdate
 * @param {(connected: boolean) => void} onConnection
 * @returns {() => void} closes the connection
 */
export function subscribe(team, user, onUpdate, onConnection) {
  let delay = FIRST_DELAY_MS;
  let stopped = false;
  /** @type {WebSocket} */
  let socket;

  function connect() {
    if (stopped) return;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(`${scheme}://${location.host}/page/updates?${new URLSearchParams({ team, user })}`);
    socket.onmessage = ({ data }) => {
      if (stopped) return;
      delay = FIRST_DELAY_MS;
      onConnection(true);
      onUpdate(JSON.parse(data));
    };
    socket.onclose = () => {
      if (stopped) return;
      onConnection(false);
      setTimeout(connect, delay);
      delay = Math.min(delay * 2, MAX_DELAY_MS);
    };
  }

  connect();
  return () => {
    stopped = true;
    socket.close();
  };
}
