// Where the points of a mark are drawn, and names in a column beside the axes, at the height of their points.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../places.js")} */
const { column } = await import(`../places.js${version}`);
/** @type {typeof import("./geometry.js")} */
const { at } = await import(`./geometry.js${version}`);

/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {import("../places.js").Box} Box */
/** @typedef {import("../types").Mark} Mark */

/**
 * @param {Pen} pen
 * @param {ArrayLike<number>} [xs]
 * @param {ArrayLike<number>} [ys]
 * @returns {[number[], number[]]}
 */
export function pixels({ g }, xs, ys) {
  if (!xs || !ys) return [[], []];
  const n = Math.max(xs.length, ys.length);
  return [Array.from({ length: n }, (_, i) => g.X(at(xs, i))), Array.from({ length: n }, (_, i) => g.Y(at(ys, i)))];
}

/**
 * The points of a mark as they are drawn: pinned to the edge where they lie beyond.
 * @param {import("../wire").Points} L
 * @param {Pen} pen
 */
export function pinned(L, pen) {
  const { g, read } = pen;
  const [a, b] = pixels(pen, read(L.x), read(L.y));
  if (L.edge === false) return [a, b];
  return [
    a.map(x => Math.max(g.left + 5, Math.min(g.right - 4, x))),
    b.map(y => Math.max(g.top + 5, Math.min(g.bottom, y))),
  ];
}

/**
 * Names in a column beside the axes, at the height of their points; what they cover.
 * @param {(Mark & { name: import("../wire").Name })[]} spoken
 * @param {Pen} pen
 * @returns {Box[]}
 */
export function nameBeyond(spoken, pen) {
  const { g, text, style } = pen;
  const found = spoken.flatMap(L => {
    const y = L.kind === "points" ? pinned(L, pen)[1].at(-1) : undefined;
    return L.kind === "points" && y !== undefined && Number.isFinite(y) ? [{ L, y }] : [];
  });
  const sizes = found.map(({ L }) => Number(L.name.size ?? 13));
  const heights = column(
    found.map(({ y }, i) => ({ y, h: sizes[i] + 1 })),
    g.top,
    g.bottom + 8,
  );
  return found.map(({ L }, i) => {
    const look = { token: L.name.token ?? style(L).token, size: sizes[i], weight: L.name.weight ?? 400 };
    text(g.right + 9, heights[i] + 4.5, L.name.text, look);
    return { x0: g.right, x1: g.w, y0: heights[i] - 8, y1: heights[i] + 8 };
  });
}
