/** One listener for the whole page: elements name what they do in `data-do`. */

/** @type {Map<string, (element: HTMLElement, event: Event) => void>} */
const deeds = new Map();

export function on(name, deed) {
  deeds.set(name, deed);
}

/** Listens for clicks and choices. */
export function listen() {
  document.addEventListener('click', (event) => perform(event, 'do'));
  document.addEventListener('change', (event) => perform(event, 'change'));
}

/** Does what *name* stands for, as if *element* had been clicked. */
export function run(name, element, event = null) {
  deeds.get(name)?.(element, event);
}

function perform(event, attribute) {
  const element = event.target.closest?.(`[data-${attribute}]`);
  if (element && !element.disabled) run(element.dataset[attribute], element, event);
}
