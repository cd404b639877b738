/** Tables in what is pasted: from a spreadsheet or a web page, or typed as Markdown. */

const DELIMITER_ROW = /^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$/;

/** Pasted HTML is only read: it makes a document that runs and loads nothing, and only text leaves it. */
const readAsText = globalThis.trustedTypes
  ? trustedTypes.createPolicy('read-as-text', { createHTML: (html) => html })
  : { createHTML: (/** @type {string} */ html) => html };

/** @param {DataTransfer} clipboard @returns {string[][] | null} the rows, or null if it is no table */
export function pastedTable(clipboard) {
  const text = clipboard.getData('text/plain');
  return markdownRows(text) ?? htmlRows(clipboard.getData('text/html')) ?? tabbedRows(text);
}

/** A single table, and nothing beside it. */
function htmlRows(html) {
  if (!/<table/i.test(html)) return null;
  const { body } = new DOMParser().parseFromString(readAsText.createHTML(html), 'text/html');
  const tables = body.querySelectorAll('table');
  const cells = (row) => [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim());
  const rows = [...(tables[0]?.rows ?? [])].map(cells);
  tables[0]?.remove();
  for (const invisible of body.querySelectorAll('style, meta, title')) invisible.remove();
  return tables.length === 1 && !body.textContent.trim() ? table(rows) : null;
}

const tabbedRows = (text) => {
  const rows = text.replace(/\r?\n$/, '').split(/\r?\n/).map((line) => line.split('\t').map((cell) => cell.trim()));
  return rows.length > 1 && rows.every((row) => row.length === rows[0].length) ? table(rows) : null;
};

function markdownRows(text) {
  const lines = text.trim().split(/\r?\n/).map((line) => line.trim());
  if (lines.length < 2 || !DELIMITER_ROW.test(lines[1]) || !lines.every((line) => line.includes('|'))) return null;
  const cells = (line) => line.replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim());
  return table(lines.filter((_, i) => i !== 1).map(cells));
}

const table = (rows) => (rows.length && rows.some((row) => row.length > 1) ? rows : null);
