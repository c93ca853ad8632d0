// Paints one view: axes, then layers in a fixed order of depth (fills, rules, casings, lines, marks, labels, handles),
// so that every lesson looks alike and no trail erases another.  Works on a canvas and on SvgContext.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./painter/geometry.js")} */
const { geometry } = await import(`./painter/geometry.js${version}`);
/** @type {typeof import("./painter/pen.js")} */
const { penFor } = await import(`./painter/pen.js${version}`);
/** @type {typeof import("./painter/axes.js")} */
const { drawAxes } = await import(`./painter/axes.js${version}`);
/** @type {typeof import("./painter/naming.js")} */
const { nameMarks } = await import(`./painter/naming.js${version}`);
/** @type {typeof import("./painter/marks/areas.js")} */
const { bars, region, tiles, veil, veilWords } = await import(`./painter/marks/areas.js${version}`);
/** @type {typeof import("./painter/marks/lines.js")} */
const { arrow, bracket, rule, segments } = await import(`./painter/marks/lines.js${version}`);
/** @type {typeof import("./painter/marks/curves.js")} */
const { casing, curve, ellipse } = await import(`./painter/marks/curves.js${version}`);
/** @type {typeof import("./painter/marks/points.js")} */
const { points } = await import(`./painter/marks/points.js${version}`);
/** @type {typeof import("./painter/marks/words.js")} */
const { guess, label } = await import(`./painter/marks/words.js${version}`);
/** @type {typeof import("./painter/marks/handle.js")} */
const { handle } = await import(`./painter/marks/handle.js${version}`);

/** @typedef {import("./types").Mark} Mark */

/**
 * Each kind of mark: how deep it lies, and what draws it.
 * @type {{ [K in Mark["kind"]]: [number, (L: import("./types").Of<K>, pen: import("./painter/pen.js").Pen) => void] }}
 */
const MARKS = {
  region: [0, region],
  veil: [0, veil],
  bars: [0, bars],
  tiles: [0, tiles],
  rule: [1, rule],
  segments: [1, segments],
  curve: [3, curve],
  ellipse: [3, ellipse],
  arrow: [3, arrow],
  points: [4, points],
  bracket: [5, bracket],
  guess: [5, guess],
  label: [6, label],
  handle: [7, handle],
};

/**
 * @param {import("./types").View} view
 * @param {import("./types").Context} c
 * @param {number} w
 * @param {number} h
 * @param {import("./types").Environment} env
 */
export function paint(view, c, w, h, env) {
  const g = geometry(view, w, h);
  const pen = penFor(view, c, g, env);
  c.clearRect(0, 0, w, h);
  const shown = view.layers
    .filter(L => L.kind in MARKS && !(L.when && !env.shown(L.when)))
    .map((L, i) => ({ L, i, depth: MARKS[L.kind][0] }))
    .sort((p, q) => p.depth - q.depth || p.i - q.i);
  /** @param {number} from @param {number} to */
  const draw = (from, to) => {
    for (const { L, depth } of shown) {
      const painter = /** @type {(L: Mark, p: typeof pen) => void} */ (MARKS[L.kind][1]);
      if (depth >= from && depth < to) painter(L, pen);
    }
  };
  draw(0, 1);
  drawAxes(pen);
  for (const { L } of shown) if (L.kind === "veil") veilWords(/** @type {import("./types").Of<"veil">} */ (L), pen);
  draw(1, 3);
  for (const { L } of shown) if (L.kind === "curve") casing(/** @type {import("./types").Of<"curve">} */ (L), pen);
  draw(3, 6);
  nameMarks(pen); // placed when every mark is known, drawn under the handles
  draw(6, Infinity);
  return g;
}
