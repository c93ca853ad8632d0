// Formulas with live numbers, tables, matrices.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, rich } = await import(`../dom.js${version}`);
/** @type {typeof import("../text.js")} */
const { plain } = await import(`../text.js${version}`);
/** @type {typeof import("../painter/symbols.js")} */
const { mark } = await import(`../painter/symbols.js${version}`);
/** @type {typeof import("../painter/pen.js")} */
const { DASH } = await import(`../painter/pen.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").Slot} Slot */
/** @typedef {import("../types").Cell} Cell */
/** @typedef {import("../types").TableCells} TableCells */

/** A sample of a line with its mark, in the style's colours. @param {Stage} stage @param {string} name */
export function glyph(stage, name) {
  const c = h("canvas", { class: "glyph", "aria-hidden": "true" });
  const S = stage.data.styles[name];
  queueMicrotask(() => {
    const r = devicePixelRatio || 1;
    c.width = 44 * r;
    c.height = 16 * r;
    const g = c.getContext("2d");
    if (!g) return;
    const colour = stage.T.mark[S.token ?? "ink2"];
    g.setTransform(r, 0, 0, r, 0, 0);
    g.strokeStyle = colour;
    g.lineWidth = S.width ?? 2;
    g.setLineDash(DASH[S.dash ?? "solid"] ?? []);
    g.beginPath();
    g.moveTo(0, 8.5);
    g.lineTo(36, 8.5);
    g.stroke();
    mark(g, S.symbol ?? "cross", 37, 8.5, 4.5, colour, stage.T.mark.page, { fill: !S.hollow, casing: 1 });
  });
  return c;
}

/**
 * @param {Stage} stage
 * @param {"td" | "th"} tag
 * @param {Cell} content
 * @param {Slot[]} slots
 * @param {import("../dom.js").Attributes} [attributes]
 */
function cell(stage, tag, content, slots, attributes = {}) {
  if (!content || typeof content === "string") return rich(h(tag, attributes), content ?? "", slots);
  const words = content.text && rich(h("span", { class: "beside" }), content.text, slots);
  return h(tag, attributes, glyph(stage, content.glyph), words);
}

/** @param {Stage} stage @param {Slot[]} slots */
export function buildFormula(stage, slots) {
  const f = stage.scene.formula;
  if (!f) return [];
  const box = { class: "scroll", tabindex: 0, role: "group", "aria-label": "Formula and numbers" };
  if (f.head) return h("div", box, grid(stage, f, slots));
  /** @param {Cell[]} row */
  const line = row => h("tr", {}, ...row.map(c => cell(stage, "td", c, slots)));
  const groups = (f.groups ?? []).map(group => {
    const table = h("table", { role: "presentation" }, h("tbody", {}, group.map(line)));
    return h("div", { class: "scroll" }, table);
  });
  return h("div", { class: "equations" }, groups);
}

/** @param {Stage} stage @param {TableCells} t @param {Slot[]} slots */
function grid(stage, t, slots) {
  /** @param {number} i */
  const align = i => ({ style: `text-align:${t.align?.[i] ?? "left"}`, class: t.wide?.includes(i) ? "wide" : null });
  const head = (t.head ?? []).map((c, i) => cell(stage, "th", c, slots, { scope: "col", ...align(i) }));
  const rows = (t.rows ?? []).map(r => {
    const cells = r.map((c, i) => cell(stage, "td", c, slots, align(i)));
    return h("tr", {}, cells);
  });
  const look = { class: "grid-table" + (t.wrap ? " wrap" : "") };
  return h("table", look, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}

/**
 * Matrices or small tables beside a picture.
 * @param {Stage} stage
 * @param {import("../types").View} v
 * @param {Slot[]} slots
 */
export function buildTableView(stage, v, slots) {
  const boxes = (v.cells ?? []).map(t => {
    const title = t.title && rich(h("div", { class: "matrix-title" }), t.title, slots);
    return h("div", { class: "matrix-box" }, title, t.matrix ? matrix(stage, t, slots) : grid(stage, t, slots));
  });
  return h("div", { class: "table-view", style: `--height:${v.height}px` }, boxes);
}

/** @param {Stage} stage @param {TableCells} t @param {Slot[]} slots */
function matrix(stage, t, slots) {
  const rows = (t.matrix ?? []).map(r => {
    const cells = r.map(c => cell(stage, "td", c, slots));
    return h("tr", {}, cells);
  });
  const look = { class: "matrix" + (t.plain ? " plain" : ""), "aria-label": plain(t.title ?? "matrix") };
  return h("table", look, h("tbody", {}, rows));
}
