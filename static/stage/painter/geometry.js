// Where a view has its axes, in pixels, and what they map.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../writing.js")} */
const { textWidth } = await import(`../writing.js${version}`);
/** @type {typeof import("../ticks.js")} */
const { ticksOf } = await import(`../ticks.js${version}`);

/** @typedef {import("../types").Axis} Axis */
/** @typedef {import("../types").View} View */
/** @typedef {((value: number) => number) & { inverse: (pixel: number) => number }} Scale */

/** In the middle of a pixel, where a line of one is sharp. @param {number} v */
export const px = v => Math.round(v) + 0.5;

/** Of one value for all, or one each. @param {ArrayLike<number>} a @param {number} i */
export const at = (a, i) => a[a.length === 1 ? 0 : i];

/**
 * From values on an axis to pixels, and back.
 * @param {{ lo: number, hi: number, log?: boolean }} axis
 * @param {number} from
 * @param {number} to
 * @returns {Scale}
 */
export function axisMap(axis, from, to) {
  const f = axis.log ? Math.log10 : (/** @type {number} */ value) => value;
  const a = f(axis.lo);
  const k = (to - from) / (f(axis.hi) - a);
  /** @param {number} value */
  const map = value => from + (f(value) - a) * k;
  /** @param {number} pixel */
  map.inverse = pixel => {
    const u = a + (pixel - from) / k;
    return axis.log ? 10 ** u : u;
  };
  return map;
}

/** @param {{ small?: boolean }} view */
export const tickSize = view => (view.small ? 12.5 : 13);

/**
 * An axis with its ticks: given, or derived from its length.
 * @param {Axis} axis
 * @param {number} pixels
 * @param {number} apart
 */
const marked = (axis, pixels, apart) => {
  const ticks = ticksOf(axis, pixels, apart);
  /** @type {[number, string][]} */
  const bare = ticks.map(([v]) => [v, ""]);
  return { ...axis, ticks: axis.numbers === false ? bare : ticks };
};

/**
 * What a name needs past the end of the axis: in a column there, or after a mark that may stand at the end.
 * @param {import("../wire").Name} name
 */
function roomOf({ text, where, size = 13, weight = 400 }) {
  if (where !== "beyond" && where !== "after") return 0;
  const written = textWidth(text, { size: Number(size), weight }, () => "0.00");
  return written + (where === "after" ? 12 : 8);
}

/**
 * Tells the views of a scene of the others with the same x axis, so that they line up.
 * @param {View[]} views
 */
export function lineUp(views) {
  /** @param {View} v */
  const axis = v => v.x && !v.pad && !v.equal && [v.x.lo, v.x.hi, !!v.x.log].join();
  for (const view of views) if (axis(view)) view.alike = () => views.filter(v => v !== view && axis(v) === axis(view));
}

/**
 * Room around the axes for what is written there, and beside those of the views with the same x axis.
 * @param {View} view
 * @param {number} w
 * @param {number} h
 * @returns {[number, number, number, number]} left, top, right, bottom
 */
export function padding(view, w, h) {
  if (view.pad) return view.pad;
  const own = room(view, w, h);
  for (const [left, , right] of (view.alike?.() ?? []).map(v => room(v, w, h))) {
    own[0] = Math.max(own[0], left);
    own[2] = Math.max(own[2], right);
  }
  return own;
}

/** @param {View} view @param {number} w @param {number} h @returns {[number, number, number, number]} */
function room(view, w, h) {
  const size = tickSize(view);
  const width = (/** @type {string} */ s) => textWidth(s, { size });
  const handle = view.layers.some(L => L.kind === "handle" && L.text && L.y === undefined);
  const written = marked(view.x, w - 60, 64).ticks.some(([, s]) => s);
  const top = 8;
  const bottom = (written || handle ? 24 : 6) + (view.x.label ? (handle ? 22 : 18) : 0);
  const widest = Math.max(0, ...marked(view.y, h - top - bottom, 40).ticks.map(([, s]) => width(s)));
  let left = (widest ? widest + 9 : 4) + (view.y.rotate && view.y.label ? 20 : 0);
  const { ticks } = marked(view.x, w - left - 8, 64);
  const first = ticks[0]; // the first and the last number may reach beyond the axis
  const last = ticks.at(-1);
  if (first) left += Math.max(0, width(first[1]) / 2 - axisMap(view.x, left, w - 8)(first[0]));
  const over = last ? axisMap(view.x, left, w - 8)(last[0]) + width(last[1]) / 2 - (w - 8) : 0;
  const names = view.layers.map(({ name }) => (name ? roomOf(name) : 0));
  return [Math.ceil(left), top, Math.ceil(8 + Math.max(0, over, ...names)), bottom];
}

/** @typedef {ReturnType<typeof geometry>} Geometry */
/**
 * Pixel geometry of a view at a size; with `equal` one unit is as long on both axes.
 * @param {View} view
 * @param {number} w
 * @param {number} h
 */
export function geometry(view, w, h) {
  const [l, t, r, b] = padding(view, w, h);
  const unit = Math.min((w - l - r) / (view.x.hi - view.x.lo), (h - t - b) / (view.y.hi - view.y.lo));
  /** @param {Axis} axis @param {number} pixels */
  const grown = (axis, pixels) => {
    if (!view.equal) return axis;
    const extra = (pixels / unit - (axis.hi - axis.lo)) / 2;
    return { ...axis, lo: axis.lo - extra, hi: axis.hi + extra };
  };
  const x = marked(grown(view.x, w - l - r), w - l - r, 64);
  const y = marked(grown(view.y, h - t - b), h - t - b, 40);
  return { x, y, X: axisMap(x, l, w - r), Y: axisMap(y, h - b, t), left: l, right: w - r, top: t, bottom: h - b, w, h };
}
