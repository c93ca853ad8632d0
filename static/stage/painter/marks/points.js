// Points and clouds, their words, and the ring around the one that is picked.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../geometry.js")} */
const { at } = await import(`../geometry.js${version}`);

/** @typedef {import("../pen.js").Pen} Pen */

/**
 * Marks, one or a cloud.
 * @param {import("../../types").Of<"points">} L
 * @param {Pen} pen
 */
export function points(L, pen) {
  const { view, c, g, env, read, number, style, inside, tone, text, stamp } = pen;
  const S = style(L),
    xs = read(L.x),
    ys = read(L.y);
  if (!xs || !ys) return;
  const count = L.count === undefined ? Infinity : number(L.count),
    sizes = L.sizes ? read(L.sizes) : null,
    n = Math.min(Math.max(xs.length, ys.length), count);
  const r = S.size ?? (view.small ? 4.5 : 6.5),
    plainDot = S.symbol === "circle" && r <= 3.2 && !L.casing;
  const draw = () => {
    if (plainDot) {
      // clouds: one path, one fill
      c.save();
      c.globalAlpha = S.alpha ?? 1;
      c.beginPath();
      for (let i = 0; i < n; i++) {
        const a = g.X(at(xs, i)),
          b = g.Y(at(ys, i));
        if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
        const q = sizes ? sizes[i] : r;
        c.moveTo(a + q, b);
        c.arc(a, b, q, 0, 7);
      }
      if (S.hollow) {
        c.strokeStyle = tone(S.token);
        c.lineWidth = 1.25;
        c.stroke();
      } else {
        c.fillStyle = tone(S.token);
        c.fill();
      }
      c.restore();
      return;
    }
    c.save();
    c.globalAlpha = S.alpha ?? 1;
    for (let i = 0; i < n; i++)
      stamp({ ...S, casing: L.casing }, at(xs, i), at(ys, i), sizes ? sizes[i] : r, L.edge !== false);
    c.restore();
  };
  if (plainDot) inside(draw);
  else draw();
  if (L.labels)
    L.labels.forEach((s, i) => {
      if (
        i >= n ||
        !s ||
        (L.edge === false &&
          (g.X(at(xs, i)) < g.left || g.X(at(xs, i)) > g.right || g.Y(at(ys, i)) < g.top || g.Y(at(ys, i)) > g.bottom))
      )
        return;
      if (L.inside) text(g.X(at(xs, i)), g.Y(at(ys, i)) + 4, s, { align: "center", token: "ink", size: 11 });
      else
        text(g.X(at(xs, i)) + 8, g.Y(at(ys, i)) - 6, s, {
          token: S.token,
          size: 12,
          casing: 2.5,
        });
    });
  if (L.pick) {
    const k = Math.round(env.state[L.pick]) - (L.base ?? 0);
    if (k >= 0 && k < n) {
      const a = g.X(at(xs, k)),
        b = g.Y(at(ys, k));
      if (!(a >= g.left - 2 && a <= g.right + 2 && b >= g.top - 2 && b <= g.bottom + 2)) return;
      c.save();
      c.strokeStyle = tone("ctl");
      c.lineWidth = 2;
      c.beginPath();
      c.arc(a, b, r + 4, 0, 7);
      c.stroke();
      c.restore();
    }
  }
}
