// Elements of the page, made from values: text never becomes markup.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./text.js")} */
const { parse } = await import(`./text.js${version}`);

/** @template {Event} E @typedef {E & { currentTarget: HTMLElement }} On */
/**
 * Handlers by the names of their properties; anything else as it is.
 * @typedef {object} Handlers
 * @property {(e: On<MouseEvent>) => void} [onclick]
 * @property {(e: On<KeyboardEvent>) => void} [onkeydown]
 */
/** @typedef {Handlers & { [name: string]: any }} Attributes */
/**
 * What is not there is left out.
 * @typedef {import("./types").Child} Child
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes] what is undefined, null or false is left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith("on")) /** @type {any} */ (e)[k] = v;
    else if (k === "class") e.className = v;
    else e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...kept(children));
  return e;
}

/** What is there. @param {Child[]} children @returns {(Node | string)[]} */
export const kept = children =>
  /** @type {any[]} */ (children).flat(Infinity).filter(c => c !== null && c !== undefined && c !== false);

/** @param {string} path @param {Record<string, string>} [attributes] */
export function icon(path, attributes = {}) {
  const s = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  s.setAttribute("viewBox", "0 0 20 20");
  s.setAttribute("class", "ic");
  s.setAttribute("aria-hidden", "true");
  const p = document.createElementNS("http://www.w3.org/2000/svg", "path");
  p.setAttribute("d", path);
  for (const [k, v] of Object.entries(attributes)) p.setAttribute(k, v);
  s.append(p);
  return s;
}

/**
 * Append rich text to an element; live numbers are registered in `slots` so that a frame only sets textContent.
 * @template {HTMLElement} E
 * @param {E} element
 * @param {string | null} [source]
 * @param {import("./types").Slot[]} [slots]
 */
export function rich(element, source, slots) {
  for (const r of parse(source ?? "")) {
    if (!r.slot && !r.italic && !r.roman && !r.bold && !r.level && !r.token) {
      element.append(r.text ?? "");
      continue;
    }
    const e = document.createElement(r.level > 0 ? "sup" : r.level < 0 ? "sub" : r.bold ? "b" : "span");
    if (r.italic) e.classList.add("m");
    else if (r.roman) e.classList.add("r");
    if (r.token) e.style.color = `var(--t-${r.token}, var(--${r.token}))`;
    if (r.slot) {
      e.dataset.slot = r.slot;
      slots?.push({ element: e, slot: r.slot, last: undefined });
    } else e.textContent = r.text ?? "";
    element.append(e);
  }
  return element;
}
