/** One listener for the whole page: elements name their action in `data-click` or `data-change`. */

/** @type {Map<string, (element: HTMLElement, event: Event) => void>} */
const actions = new Map();

export function on(name, action) {
  actions.set(name, action);
}

/** Listens for clicks and choices. */
export function listen() {
  document.addEventListener('click', (event) => dispatch(event, 'click'));
  document.addEventListener('change', (event) => dispatch(event, 'change'));
}

/** Runs the action *name*, as if *element* had been clicked. */
export function run(name, element, event = null) {
  actions.get(name)?.(element, event);
}

function dispatch(event, attribute) {
  const element = event.target.closest?.(`[data-${attribute}]`);
  if (element && !element.disabled) run(element.dataset[attribute], element, event);
}
