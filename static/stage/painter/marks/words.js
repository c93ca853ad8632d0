// Words at a point, and what a reader has guessed.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../geometry.js")} */
const { px } = await import(`../geometry.js${version}`);
/** @type {typeof import("../symbols.js")} */
const { mark } = await import(`../symbols.js${version}`);

/** @typedef {import("../pen.js").Pen} Pen */

/**
 * Text at a point: the exception, for words that name no mark.
 * @param {import("../../types").Of<"label">} L
 * @param {Pen} pen
 */
export function label(L, pen) {
  const { g, number, phone, text, line, tone } = pen;
  let a = g.X(number(L.x)),
    b = g.Y(number(L.y));
  if (L.at === "left") a = g.left;
  if (L.at === "right") a = g.right;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return;
  if (phone ? L.phone === false : L.phone === "only") return;
  if (L.clip !== false && (a < g.left - 20 || a > g.right + 20 || b < g.top - 16 || b > g.bottom + 24)) return;
  const dx = L.dx === undefined ? 0 : number(L.dx),
    dy = L.dy === undefined ? 0 : number(L.dy);
  if (!Number.isFinite(dx + dy)) return;
  if (L.leader) line(px(a), b + (dy < 0 ? -4 : 4), px(a), b + dy + (dy < 0 ? 4 : -14), tone("axis"));
  text(a + dx, b + dy + (L.middle ? 4.5 : 0), L.text, {
    align: L.align ?? "left",
    token: L.token ?? "ink2",
    size: L.size ?? 13,
    weight: L.weight ?? 400,
    casing: L.casing === false ? 0 : 3,
  });
}

/**
 * The options of a prediction, and the reader’s guess.
 * @param {import("../../types").Of<"guess">} L
 * @param {Pen} pen
 */
export function guess(L, pen) {
  const { env } = pen;
  for (const m of env.guesses(L.prediction)) guessed(m, pen);
}

/** @param {import("../../types").GuessMark} m @param {Pen} pen */
function guessed(m, { c, g, T, tone, line, text }) {
  const a = m.px !== undefined ? m.px : g.X(m.x),
    b = g.Y(m.y);
  if (!Number.isFinite(a) || !Number.isFinite(b)) return;
  if (m.kind === "option") {
    line(a - 5, Math.round(b), a + 5, Math.round(b), tone("guess"), 1.5);
    if (m.text) text(a + 12, b + 4.5, m.text, { token: "ink3", casing: 3 });
  } else {
    mark(c, "diamond", a, b, 6.5, tone("guess"), T.mark.page);
    const beside = m.caption && a < 84;
    if (m.text)
      text(a + 17, b + 4.5, beside ? `${m.text}, ${m.caption}` : m.text, { token: "guess", weight: 600, casing: 3 });
    if (m.caption && !beside) text(a - 14, b + 4.5, m.caption, { align: "right", token: "guess", casing: 3 });
  }
}
