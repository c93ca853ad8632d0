// What a hand can take hold of.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../../writing.js")} */
const { textWidth } = await import(`../../writing.js${version}`);

/** @typedef {import("../pen.js").Pen} Pen */

/**
 * A knob, or a ring, with chevrons along the ways it moves.
 * @param {import("../../types").Of<"handle">} L
 * @param {Pen} pen
 */
export function handle(L, pen) {
  const { c, g, T, env, number, tone, text } = pen;
  if (L.invisible) return;
  const a = L.x !== undefined ? g.X(env.state[L.x]) : g.X(number(L.atX)),
    b = L.y !== undefined ? g.Y(env.state[L.y]) : L.atY !== undefined ? g.Y(number(L.atY)) : g.bottom;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return;
  const col = tone("ctl"),
    ring = L.ring ?? 10;
  c.save();
  c.setLineDash([]);
  if (L.ring) {
    c.strokeStyle = T.mark.page;
    c.lineWidth = 4;
    c.beginPath();
    c.arc(a, b, ring, 0, 7);
    c.stroke();
    c.strokeStyle = col;
    c.lineWidth = 1.5;
    c.beginPath();
    c.arc(a, b, ring, 0, 7);
    c.stroke();
  } else {
    c.fillStyle = T.mark.page;
    c.beginPath();
    c.arc(a, b, 10, 0, 7);
    c.fill();
    c.strokeStyle = col;
    c.lineWidth = 1;
    c.beginPath();
    c.arc(a, b, 9.5, 0, 7);
    c.stroke();
    c.fillStyle = col;
    c.beginPath();
    c.arc(a, b, 6.5, 0, 7);
    c.fill();
  }
  c.lineWidth = 1.75;
  c.lineJoin = "round";
  c.beginPath();
  /** @param {number} dx @param {number} dy */
  const chevron = (dx, dy) => {
    const p = ring + 3,
      q = ring + 7;
    c.moveTo(a + dx * p - dy * 4, b + dy * p - dx * 4);
    c.lineTo(a + dx * q, b + dy * q);
    c.lineTo(a + dx * p + dy * 4, b + dy * p + dx * 4);
  };
  if (L.x !== undefined) {
    chevron(1, 0);
    chevron(-1, 0);
  }
  if (L.y !== undefined) {
    chevron(0, 1);
    chevron(0, -1);
  }
  c.stroke();
  c.restore();
  if (!L.text) return;
  const half = textWidth(L.text, { weight: 600, size: 14 }, pen.lookup) / 2; // whole at both ends of the axis
  const x = Math.max(half, Math.min(g.w - half, a));
  text(x, b + 29, L.text, { align: "center", token: "ink", weight: 600, size: 14, casing: 2 });
}
