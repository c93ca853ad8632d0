// Marks that bend: curves with their casings, ellipses.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../pen.js")} */
const { DASH } = await import(`../pen.js${version}`);

/** @typedef {import("../pen.js").Pen} Pen */

/**
 * The band in the colour of the page that keeps a curve apart from those below it.
 * @param {import("../../types").Of<"curve">} L
 * @param {Pen} pen
 */
export function casing(L, pen) {
  const { c, env, read, style, inside, trace, tone } = pen;
  if (!L.casing) return;
  const S = style(L),
    xs = read(L.x),
    ys = read(L.y);
  if (!xs || !ys) return;
  inside(() => {
    trace(xs, ys, L.upto ? env.state[L.upto] : Infinity);
    c.strokeStyle = tone("page");
    c.lineWidth = (S.width ?? 2) + 4;
    c.lineJoin = "round";
    c.setLineDash([]);
    c.stroke();
  });
}

/**
 * A line; up to the step of a player full, beyond it faint.
 * @param {import("../../types").Of<"curve">} L
 * @param {Pen} pen
 */
export function curve(L, pen) {
  const { view, c, g, env, read, style, inside, trace, tone, stamp } = pen;
  const S = style(L),
    xs = read(L.x),
    ys = read(L.y);
  if (!xs || !ys) return;
  const now = L.upto ? env.state[L.upto] : Infinity;
  inside(() => {
    c.save();
    c.strokeStyle = tone(S.token);
    c.lineWidth = S.width ?? 2;
    c.lineJoin = "round";
    c.setLineDash(DASH[S.dash ?? "solid"]);
    c.globalAlpha = S.alpha ?? 1;
    if (L.upto && now < xs.length - 1) {
      c.globalAlpha = (S.alpha ?? 1) * (view.small ? 0.28 : 0.4);
      trace(xs, ys, Infinity, Math.max(0, Math.floor(now)));
      c.stroke();
      c.globalAlpha = S.alpha ?? 1;
    }
    trace(xs, ys, now);
    c.stroke();
    c.restore();
    if (L.dots) {
      let last = [-99, -99];
      const end = Math.min(now, xs.length - 1);
      for (let i = 1; i <= end; i += i < 8 ? 1 : 10 - (i % 10)) {
        const a = g.X(xs[i]),
          b = g.Y(ys[i]);
        if (Math.hypot(a - last[0], b - last[1]) < 7) continue;
        last = [a, b];
        c.save();
        c.beginPath();
        c.arc(a, b, 2.3, 0, 7);
        c.fillStyle = tone(S.token);
        c.fill();
        c.restore();
      }
    }
  });
  if (L.end) {
    const i = Math.min(now, xs.length - 1),
      k = Math.floor(i),
      f = i - k,
      xv = f ? xs[k] + f * (xs[k + 1] - xs[k]) : xs[k],
      yv = f ? ys[k] + f * (ys[k + 1] - ys[k]) : ys[k];
    stamp(S, xv, yv, L.end === true ? (view.small ? 4.5 : 6.5) : L.end);
  }
}

/**
 * The unit circle under a symmetric matrix.
 * @param {import("../../types").Of<"ellipse">} L
 * @param {Pen} pen
 */
export function ellipse(L, pen) {
  const { c, g, number, style, inside, tone } = pen;
  const S = style(L),
    [x, y, xx, xy, yy] = [L.x, L.y, L.xx, L.xy, L.yy].map(number);
  if (![x, y, xx, xy, yy].every(Number.isFinite)) return;
  const draw = () => {
    c.beginPath();
    for (let i = 0; i <= 96; i++) {
      const u = Math.cos((i * Math.PI) / 48),
        v = Math.sin((i * Math.PI) / 48),
        a = g.X(x + xx * u + xy * v),
        b = g.Y(y + xy * u + yy * v);
      i ? c.lineTo(a, b) : c.moveTo(a, b);
    }
    c.closePath();
  };
  inside(() => {
    c.save();
    c.setLineDash([]);
    if (L.casing) {
      c.strokeStyle = tone("page");
      c.lineWidth = (S.width ?? 2) + 3;
      draw();
      c.stroke();
    }
    c.strokeStyle = tone(S.token);
    c.globalAlpha = S.alpha ?? 1;
    c.lineWidth = S.width ?? 2;
    c.setLineDash(DASH[S.dash ?? "solid"]);
    draw();
    c.stroke();
    c.restore();
  });
}
