// Buttons that several sections have: the tools, and rows of which one is on.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, icon } = await import(`../dom.js${version}`);

export const ICONS = {
  undo: "M7 5L3.5 8.5 7 12M4 8.5h7.5a4 4 0 0 1 0 8H9",
  reset: "M4 10a6 6 0 1 0 2-4.5M6 2.5v3.5h3.5",
  link: "M8.5 11.5l3-3M7 9.5L5 11.5a2.5 2.5 0 0 0 3.5 3.5l2-2M13 10.5l2-2A2.5 2.5 0 0 0 11.5 5l-2 2",
  code: "M7 6l-4 4 4 4M13 6l4 4-4 4",
  table: "M3.5 4.500h13v11h-13zM3.5 8h13M3.5 11.800h13M8 8v7.5",
  download: "M10 3v9M6.5 8.700L10 12.200l3.5-3.500M4 16h12",
  play: "M6 4l10 6-10 6z",
  pause: "M6 4v12M13 4v12",
  back: "M15 5l-7 5 7 5zM5 5v10",
  forward: "M5 5l7 5-7 5zM15 5v10",
  diamond: "M10 3l6 7-6 7-6-7z",
  tick: "M4 10.500l4 4 8-9",
  down: "M5 8l5 5 5-5",
};

/**
 * A button that is an icon.
 * @param {keyof typeof ICONS} name
 * @param {string} label
 * @param {(e: import("../dom.js").On<MouseEvent>) => void} onclick
 * @param {import("../dom.js").Attributes} [extra]
 */
export const tool = (name, label, onclick, extra = {}) =>
  h(
    "button",
    { type: "button", title: label, "aria-label": label, "data-key": "tool-" + name, onclick, ...extra },
    icon(ICONS[name]),
  );

/**
 * In a row of buttons of which one is on, arrow keys turn to the next.
 * @param {import("../dom.js").On<KeyboardEvent>} e
 */
export function roving(e) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
  const here = e.currentTarget;
  if (!step || !here.parentElement) return;
  const all = [...here.parentElement.querySelectorAll("button")];
  const next = all[(all.findIndex(b => b === here) + step + all.length) % all.length];
  e.preventDefault();
  next.focus();
  next.click();
}

/** Open a fold below the figures and go there. @param {import("../stage.js").Stage} stage @param {string} name */
export function reveal(stage, name) {
  const e = /** @type {HTMLDetailsElement | null} */ (stage.parts.extras.querySelector(`details[data-name="${name}"]`));
  if (!e) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  e.open = true;
  e.scrollIntoView({ behavior: still ? "auto" : "smooth" });
  e.querySelector("summary")?.focus({ preventScroll: true });
}
