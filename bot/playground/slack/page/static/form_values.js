/** The values of form elements: a text, an option's value, several, or files. */

/** @returns {Promise<Record<string, unknown>>} the values of the inputs in *root*, by block id */
export async function formValues(root) {
  const values = {};
  for (const element of root.querySelectorAll('.bk-input [data-action]')) {
    values[element.dataset.block] = await fieldValue(element);
  }
  return values;
}

/** @param {any} element @returns {Promise<unknown>} */
export async function fieldValue(element) {
  const { type, value } = element.dataset;
  if (type === 'file_input') return encodeFiles(element.files);
  if (type === 'radio_buttons' || type === 'external_select') return checked(element)[0] ?? null;
  if (element.tagName === 'FIELDSET') return checked(element);
  if (element.matches('input, select, textarea')) return element.value || null;
  return value ?? null;
}

const checked = (fieldset) => [...fieldset.querySelectorAll('input:checked')].map((input) => input.value);

/** The files as they are sent: names, and bytes in Base64. */
export const encodeFiles = (files) => Promise.all([...files].map(async (file) => ({
  name: file.name, content: await base64(file),
})));

const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).replace(/^.*?,/, ''));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});
