// Straight marks: rules, segments, arrows, brackets.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../geometry.js")} */
const { at, px } = await import(`../geometry.js${version}`);
/** @type {typeof import("../pen.js")} */
const { DASH } = await import(`../pen.js${version}`);
/** @type {typeof import("../symbols.js")} */
const { mark } = await import(`../symbols.js${version}`);

/** @typedef {import("../pen.js").Pen} Pen */

/**
 * Lines across the view.
 * @param {import("../../types").Of<"rule">} L
 * @param {Pen} pen
 */
export function rule(L, pen) {
  const { g, read, number, tone, line } = pen;
  const colour = tone(L.token ?? "axis"),
    dash = DASH[L.dash ?? "solid"];
  for (const v of Array.from(read(L.x) ?? [])) {
    const q = g.X(v);
    if (Number.isFinite(q) && q >= g.left - 1 && q <= g.right + 1)
      line(
        px(q),
        L.to === undefined ? g.top : g.Y(number(L.to)),
        px(q),
        L.from === undefined ? g.bottom : g.Y(number(L.from)),
        colour,
        L.width ?? 1,
        dash,
      );
  }
  for (const v of Array.from(read(L.y) ?? [])) {
    const q = g.Y(v);
    if (Number.isFinite(q) && q >= g.top - 1 && q <= g.bottom + 1)
      line(
        L.from === undefined ? g.left : g.X(number(L.from)),
        px(q),
        L.to === undefined ? g.right : g.X(number(L.to)),
        px(q),
        colour,
        L.width ?? 1,
        dash,
      );
  }
}

/**
 * Straight lines between two points each.
 * @param {import("../../types").Of<"segments">} L
 * @param {Pen} pen
 */
export function segments(L, pen) {
  const { c, g, read, inside, tone } = pen;
  const x0 = read(L.x0),
    y0 = read(L.y0),
    x1 = read(L.x1),
    y1 = read(L.y1);
  if (!x0 || !y0 || !x1 || !y1) return;
  const n = Math.max(x0.length, y0.length, x1.length, y1.length);
  inside(() => {
    c.save();
    c.strokeStyle = tone(L.token ?? "axis");
    c.globalAlpha = L.alpha ?? 1;
    c.lineWidth = L.width ?? 1;
    c.setLineDash(DASH[L.dash ?? "solid"]);
    c.beginPath();
    for (let i = 0; i < n; i++) {
      const a = g.X(at(x0, i)),
        b = g.Y(at(y0, i)),
        d = g.X(at(x1, i)),
        e = g.Y(at(y1, i));
      if ([a, b, d, e].every(Number.isFinite)) {
        c.moveTo(a, b);
        c.lineTo(d, e);
      }
    }
    c.stroke();
    c.restore();
  });
}

/**
 * A vector.
 * @param {import("../../types").Of<"arrow">} L
 * @param {Pen} pen
 */
export function arrow(L, pen) {
  const { c, g, T, number, style, inside, tone } = pen;
  const S = style(L),
    x0 = number(L.x0),
    y0 = number(L.y0),
    x1 = number(L.x1),
    y1 = number(L.y1);
  if (![x0, y0, x1, y1].every(Number.isFinite)) return;
  inside(() => {
    let a = g.X(x0),
      b = g.Y(y0),
      d = g.X(x1),
      e = g.Y(y1);
    const len = Math.hypot(d - a, e - b);
    if (len < 1) {
      mark(c, S.symbol ?? "circle", a, b, 3, tone(S.token), T.mark.page);
      return;
    }
    const ux = (d - a) / len,
      uy = (e - b) / len,
      head = Math.min(10, len * 0.6),
      wd = S.width ?? 2.5;
    /** @type {[string, number][]} */
    const strokes = [[tone(S.token), 0]];
    if (L.casing !== false) strokes.unshift([T.mark.page, 4]);
    for (const [colour, extra] of strokes) {
      c.save();
      c.strokeStyle = colour;
      c.lineWidth = wd + extra;
      c.setLineDash(extra ? [] : DASH[S.dash ?? "solid"]);
      c.beginPath();
      c.moveTo(a, b);
      c.lineTo(d - ux * head * 0.8, e - uy * head * 0.8);
      c.stroke();
      c.setLineDash([]);
      c.beginPath();
      c.moveTo(d, e);
      c.lineTo(d - ux * head - uy * head * 0.45, e - uy * head + ux * head * 0.45);
      c.lineTo(d - ux * head + uy * head * 0.45, e - uy * head - ux * head * 0.45);
      c.closePath();
      if (extra) {
        c.lineJoin = "round";
        c.lineWidth = extra;
        c.stroke();
      }
      c.fillStyle = colour;
      c.fill();
      c.restore();
    }
  });
}

/**
 * The measured gap between a guess and the truth.
 * @param {import("../../types").Of<"bracket">} L
 * @param {Pen} pen
 */
export function bracket(L, pen) {
  const { c, g, number, tone, text } = pen;
  const q = g.X(number(L.x)) + (L.dx ?? -16),
    a = g.Y(number(L.y0)),
    b = g.Y(number(L.y1));
  if (![q, a, b].every(Number.isFinite)) return;
  c.save();
  c.strokeStyle = tone("guess");
  c.lineWidth = 1.25;
  c.setLineDash([]);
  c.beginPath();
  c.moveTo(q + 6, a);
  c.lineTo(q, a);
  c.lineTo(q, b);
  c.lineTo(q + 6, b);
  c.stroke();
  c.restore();
  if (L.text) text(q - 7, (a + b) / 2 + 4.5, L.text, { align: "right", token: "guess", casing: 3 });
}
