// The axes of a view: hairlines, ticks, and what is written beside them.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./geometry.js")} */
const { px, tickSize } = await import(`./geometry.js${version}`);

/** @param {import("./pen.js").Pen} pen */
export function drawAxes({ view, g, env, tone, text, line }) {
  const { x, y } = g;
  if (y.ticks)
    for (const [v, s] of y.ticks) {
      if (v < y.lo - 1e-12 || v > y.hi + 1e-12) continue;
      const q = px(g.Y(v)) - 0.5;
      if (y.grid !== false) line(g.left, q + 0.5, g.right, q + 0.5, tone("hair"));
      else line(g.left - 5, q + 0.5, g.left, q + 0.5, tone("axis"));
      text(g.left - 8, q + 4.5, s, { align: "right", token: "ink3", size: tickSize(view) });
    }
  if (x.grid) for (const [v] of x.ticks ?? []) line(px(g.X(v)), g.top, px(g.X(v)), g.bottom, tone("hair"));
  const base = x.at === undefined ? g.bottom : g.Y(x.at);
  if (x.line !== false) line(g.left, px(base), g.right, px(base), tone("axis"));
  if (y.line || y.grid === false) line(px(g.left), g.top, px(g.left), g.bottom, tone("axis"));
  const handleAt = env.handleX?.(view, g);
  for (const [v, s] of x.ticks ?? []) {
    if (v < x.lo - 1e-12 || v > x.hi + 1e-12) continue;
    const q = g.X(v);
    line(px(q), base, px(q), base + 5, tone("axis"));
    if (handleAt !== undefined && Math.abs(handleAt - q) < 34) continue;
    text(q, base + 20, s, { align: "center", token: "ink3", size: tickSize(view) });
  }
  if (x.label)
    x.labelAt === "right"
      ? text(g.right, g.h - 4, x.label, { align: "right" })
      : text((g.left + g.right) / 2, g.h - 4, x.label, { align: "center" });
  if (y.label)
    y.rotate
      ? text(13, (g.top + g.bottom) / 2, y.label, { align: "center", rotate: -Math.PI / 2 })
      : text(g.left + 8, g.top + 13, y.label, { casing: 3 });
}
