// What every mark is drawn with: a context, the geometry, the colours, and the few strokes that all of them share.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../writing.js")} */
const { drawText } = await import(`../writing.js${version}`);
/** @type {typeof import("./symbols.js")} */
const { mark } = await import(`./symbols.js${version}`);

/** @typedef {import("../types").View} View */
/** @typedef {import("../types").Context} Context */
/** @typedef {import("../types").Environment} Environment */
/** @typedef {import("../types").Style} Style */
/** @typedef {ReturnType<typeof penFor>} Pen */

/** @type {Record<string, number[]>} */
export const DASH = {
  solid: [],
  short: [4, 3],
  long: [8, 5],
  longshort: [9, 3, 2, 3],
  dot: [1.5, 3.5],
  dashdot: [8, 3, 2, 3],
  dash: [6, 4],
};

/**
 * @param {View} view
 * @param {Context} c
 * @param {import("./geometry.js").Geometry} g
 * @param {Environment} env
 */
export function penFor(view, c, g, env) {
  const { T, read, number, lookup, phone } = env;
  /** @param {string} [n] */
  const tone = n => T.mark[n ?? "ink2"] ?? T.mark.ink2;
  /** @param {string} n */
  const ink = n => T.text[n] ?? T.mark[n] ?? T.mark.ink2;
  /** @type {(x: number, y: number, s: string, o?: import("../types").Words) => number} */
  const text = (x, y, s, o = {}) =>
    drawText(c, x, y, s, { behind: T.mark.page, tokenColor: ink, color: ink(o.token ?? "ink2"), ...o }, lookup);
  /**
   * The look of a mark: its style, and what it says for itself.
   * @template {{ style: string }} M
   * @param {M} L
   * @returns {Style & M}
   */
  const style = L => ({ ...(env.styles[L.style] ?? {}), ...L });
  /**
   * @type {(x0: number, y0: number, x1: number, y1: number, colour: string, width?: number, dash?: number[]) => void}
   */
  const line = (x0, y0, x1, y1, colour, width = 1, dash = []) => {
    c.save();
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.setLineDash(dash);
    c.beginPath();
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
    c.stroke();
    c.restore();
  };
  /** Clipped to the axes. @param {() => void} paintIn */
  const inside = paintIn => {
    c.save();
    c.beginPath();
    c.rect(g.left, g.top, g.right - g.left, g.bottom - g.top);
    c.clip();
    paintIn();
    c.restore();
  };
  /**
   * A path through points, from one index up to another, which may lie between two.
   * @type {(xs: ArrayLike<number>, ys: ArrayLike<number>, upto?: number, from?: number) => void}
   */
  const trace = (xs, ys, upto = Infinity, from = 0) => {
    c.beginPath();
    let pen = false;
    const last = Math.min(xs.length - 1, Math.floor(upto));
    for (let i = from; i <= last; i++) {
      const a = g.X(xs[i]),
        b = g.Y(ys[i]);
      if (!Number.isFinite(a) || !Number.isFinite(b)) {
        pen = false;
        continue;
      }
      const A = Math.max(-4000, Math.min(4000, a)),
        B = Math.max(-4000, Math.min(4000, b));
      pen ? c.lineTo(A, B) : c.moveTo(A, B);
      pen = true;
    }
    if (upto < xs.length - 1 && upto > last) {
      const f = upto - last,
        a = g.X(xs[last] + f * (xs[last + 1] - xs[last])),
        b = g.Y(ys[last] + f * (ys[last + 1] - ys[last]));
      if (Number.isFinite(a) && Number.isFinite(b)) c.lineTo(a, b);
    }
  };
  /** 6-px pitch, 1 px, within the current clip. @param {{ hatch?: string, token?: string }} L */
  const hatch = L => {
    c.save();
    c.strokeStyle = tone(L.token + "-hatch");
    c.fillStyle = c.strokeStyle;
    c.lineWidth = 1;
    c.setLineDash([]);
    c.beginPath();
    const span = g.right - g.left + g.bottom - g.top;
    if (L.hatch === ".") {
      for (let i = g.left; i < g.right; i += 6) for (let j = g.top; j < g.bottom; j += 6) c.rect(i, j, 1.2, 1.2);
      c.fill();
    } else {
      for (let k = -span; k < span; k += 8.5) {
        if (L.hatch === "/") {
          c.moveTo(g.left + k, g.bottom);
          c.lineTo(g.left + k + span, g.bottom - span);
        } else {
          c.moveTo(g.left + k, g.top);
          c.lineTo(g.left + k + span, g.top + span);
        }
      }
      c.stroke();
    }
    c.restore();
  };
  /**
   * A symbol at a point of the axes; with `edge` one beyond them is held at their rim.
   * @type {(S: import("../types").Stamp, xv: number, yv: number, size: number, edge?: boolean) => void}
   */
  const stamp = (S, xv, yv, size, edge = true) => {
    let a = g.X(xv),
      b = g.Y(yv);
    if (!Number.isFinite(a) || !Number.isFinite(b)) return;
    if (edge) {
      a = Math.max(g.left + 5, Math.min(g.right - 4, a));
      b = Math.max(g.top + 5, Math.min(g.bottom, b));
    } else if (a < g.left || a > g.right || b < g.top || b > g.bottom) return;
    mark(c, S.symbol ?? "circle", a, b, size, tone(S.token), T.mark.page, {
      fill: !S.hollow,
      casing: S.casing === false ? 0 : 2,
    });
  };
  return { view, c, g, env, T, read, number, lookup, phone, tone, text, line, inside, style, trace, hatch, stamp };
}
