// Marks that fill: shapes, veils, bars, tiles.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../geometry.js")} */
const { at, px } = await import(`../geometry.js${version}`);
/** @type {typeof import("../pen.js")} */
const { DASH } = await import(`../pen.js${version}`);

/** @typedef {import("../pen.js").Pen} Pen */

/**
 * A closed shape: filled, hatched, outlined.
 * @param {import("../../types").Of<"region">} L
 * @param {Pen} pen
 */
export function region(L, pen) {
  const { c, read, inside, trace, tone, hatch } = pen;
  const xs = read(L.x),
    ys = read(L.y);
  if (!xs || !ys) return;
  inside(() => {
    trace(xs, ys);
    c.closePath();
    c.save();
    if (L.alpha) c.globalAlpha = L.alpha;
    if (L.token) {
      c.fillStyle = tone(L.token);
      c.fill();
    }
    c.restore();
    if (L.hatch) {
      c.save();
      c.clip();
      hatch(L);
      c.restore();
    }
  });
  if (L.outline)
    inside(() => {
      trace(xs, ys);
      c.closePath();
      c.save();
      c.strokeStyle = tone(L.outline);
      c.globalAlpha = L.outlineAlpha ?? 0.75;
      c.lineWidth = L.width ?? 1.5;
      c.setLineDash(DASH[L.dash ?? "short"]);
      c.stroke();
      c.restore();
    });
}

/**
 * What a veil covers: left, right, top, bottom.
 * @param {import("../../types").Of<"veil">} L
 * @param {import("../pen.js").Pen} pen
 */
const veiled = (L, { g, number }) => [
  L.x0 === undefined ? g.left : Math.max(g.left, g.X(number(L.x0))),
  L.x1 === undefined ? g.right : Math.min(g.right, g.X(number(L.x1))),
  L.y1 === undefined ? g.top : Math.max(g.top, g.Y(number(L.y1))),
  L.y0 === undefined ? g.bottom : Math.min(g.bottom, g.Y(number(L.y0))),
];

/**
 * Where something stays hidden until the reader commits.
 * @param {import("../../types").Of<"veil">} L
 * @param {Pen} pen
 */
export function veil(L, pen) {
  const { c, tone, line } = pen;
  const [a, b, t, d] = veiled(L, pen);
  if (b <= a || d <= t) return;
  c.fillStyle = tone("veil");
  c.fillRect(a, t, b - a, d - t);
  if (L.x0 !== undefined) line(px(a), t, px(a), d, tone("hair"));
  if (L.x1 !== undefined) line(px(b), t, px(b), d, tone("hair"));
}

/**
 * Where the words on a veil stand: the baseline of the first line, the middle and the right of the veil.
 * @param {import("../../types").Of<"veil">} L
 * @param {import("../pen.js").Pen} pen
 */
export function veilText(L, pen) {
  const [a, b, t, d] = veiled(L, pen);
  if (!L.text || b <= a || d <= t) return null;
  const lines = [L.text].flat();
  const y = L.at === undefined ? (t + d) / 2 + 4.5 - 8.5 * (lines.length - 1) : pen.g.Y(L.at);
  return { lines, y, middle: (a + b) / 2, right: b };
}

/**
 * The words on a veil, over the grid.
 * @param {import("../../types").Of<"veil">} L
 * @param {import("../pen.js").Pen} pen
 */
export function veilWords(L, pen) {
  const words = veilText(L, pen);
  if (!words) return;
  const x = L.align === "right" ? words.right - 4 : words.middle;
  words.lines.forEach((s, i) => pen.text(x, words.y + 17 * i, s, { align: L.align ?? "center", token: "ink3" }));
}

/**
 * Rectangles.
 * @param {import("../../types").Of<"bars">} L
 * @param {Pen} pen
 */
export function bars(L, pen) {
  const { c, g, read, inside, tone } = pen;
  const x0 = read(L.x0),
    x1 = read(L.x1),
    y0 = read(L.y0),
    y1 = read(L.y1);
  if (!x0 || !x1 || !y0 || !y1) return;
  const n = Math.max(x0.length, y1.length);
  inside(() => {
    for (let i = 0; i < n; i++) {
      const a = g.X(at(x0, i)),
        b = g.X(at(x1, i)),
        p = g.Y(at(y0, i)),
        q = g.Y(at(y1, i));
      if (![a, b, p, q].every(Number.isFinite)) continue;
      c.save();
      c.globalAlpha = L.alpha ?? 1;
      c.fillStyle = tone(L.token);
      if (!L.hollow) c.fillRect(Math.min(a, b), Math.min(p, q), Math.abs(b - a), Math.abs(q - p));
      c.globalAlpha = 1;
      if (L.outline) {
        c.strokeStyle = tone(L.outline);
        c.lineWidth = 1;
        c.strokeRect(Math.min(a, b), Math.min(p, q), Math.abs(b - a), Math.abs(q - p));
      }
      c.restore();
    }
  });
}

/**
 * A grid of cells, row by row from the top left.
 * @param {import("../../types").Of<"tiles">} L
 * @param {Pen} pen
 */
export function tiles(L, pen) {
  const { c, g, read, tone } = pen;
  const values = read(L.values);
  if (!values) return;
  const a = g.X(L.x0),
    top = g.Y(L.y1),
    across = (g.X(L.x1) - a) / L.columns,
    rows = Math.ceil(values.length / L.columns),
    down = (g.Y(L.y0) - top) / rows;
  c.save();
  c.fillStyle = tone(L.token);
  for (let i = 0; i < values.length; i++) {
    const col = i % L.columns,
      row = Math.floor(i / L.columns),
      p = Math.round(a + col * across),
      q = Math.round(top + row * down);
    if (!(values[i] > 0)) continue;
    c.globalAlpha = Math.min(1, values[i]);
    c.fillRect(p, q, Math.round(a + (col + 1) * across) - p, Math.round(top + (row + 1) * down) - q);
  }
  c.globalAlpha = 1;
  if (L.outline) {
    c.strokeStyle = tone(L.outline);
    c.lineWidth = 1;
    c.strokeRect(px(a), px(top), Math.round(g.X(L.x1)) - Math.round(a), Math.round(g.Y(L.y0)) - Math.round(top));
  }
  c.restore();
}
