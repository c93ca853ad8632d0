// To the clipboard; by the old way on a page without https, which may not use the new one; and where neither works,
// in words.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h } = await import(`../dom.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */

/** @param {Stage} stage */
export const copyLink = stage =>
  copy(stage, location.origin + location.pathname + (stage.data.link ? "?" + stage.data.link : ""), "Link", true);

/**
 * @param {Stage} stage
 * @param {string} text
 * @param {string} name
 * @param {boolean} [keep] leave the text standing, to be seen
 */
export async function copy(stage, text, name, keep = false) {
  const newWay = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  const done = newWay || copyTheOldWay(text);
  if (done && !keep) {
    stage.say(`${name} copied.`);
    return;
  }
  const field = h("textarea", { rows: keep ? 2 : 5, readonly: true, spellcheck: "false", "aria-label": name });
  field.value = text;
  const press = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘C" : "Ctrl+C";
  const words = `This browser does not let the page copy. The text is selected: press ${press}.`;
  stage.leaveStanding(h("p", { role: "status" }, done ? `${name} copied.` : words), field);
  if (!done) {
    field.focus({ preventScroll: true });
    field.select();
  }
}

/** @param {string} text */
function copyTheOldWay(text) {
  const field = h("textarea", { readonly: true, style: "position:fixed;top:0;left:0;opacity:0" });
  const before = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
  field.value = text;
  document.body.append(field);
  field.focus({ preventScroll: true });
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}
