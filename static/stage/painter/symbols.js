// The symbols of points, with a casing in the colour of the page around them.
/** @typedef {import("../types").Context} Context */

/**
 * @param {Context} c
 * @param {string} symbol "circle", "square", "triangle", "triangle-down", "diamond", "star", "plus", "tick" or "cross"
 * @param {number} x
 * @param {number} y
 * @param {number} s its radius
 * @param {string} colour
 * @param {string} page colour of the page
 * @param {{ fill?: boolean, width?: number, casing?: number }} [look]
 */
export function mark(c, symbol, x, y, s, colour, page, { fill = true, width = 1.75, casing = 2 } = {}) {
  c.save();
  c.setLineDash([]);
  c.lineJoin = "round";
  c.beginPath();
  if (symbol === "circle") c.arc(x, y, s, 0, 7);
  else if (symbol === "square") c.rect(x - s * 0.88, y - s * 0.88, s * 1.76, s * 1.76);
  else if (symbol === "triangle" || symbol === "triangle-down") {
    const d = symbol === "triangle" ? 1 : -1;
    c.moveTo(x, y - d * s * 1.12);
    c.lineTo(x + s * 1.05, y + d * s * 0.8);
    c.lineTo(x - s * 1.05, y + d * s * 0.8);
    c.closePath();
  } else if (symbol === "diamond") {
    c.moveTo(x, y - s * 1.2);
    c.lineTo(x + s * 1.2, y);
    c.lineTo(x, y + s * 1.2);
    c.lineTo(x - s * 1.2, y);
    c.closePath();
  } else if (symbol === "star") {
    for (let i = 0; i < 10; i++) {
      const a = -Math.PI / 2 + (i * Math.PI) / 5,
        q = i % 2 ? s * 0.5 : s * 1.25;
      i ? c.lineTo(x + q * Math.cos(a), y + q * Math.sin(a)) : c.moveTo(x + q * Math.cos(a), y + q * Math.sin(a));
    }
    c.closePath();
  } else if (symbol === "plus") {
    c.moveTo(x - s, y);
    c.lineTo(x + s, y);
    c.moveTo(x, y - s);
    c.lineTo(x, y + s);
    fill = false;
  } else if (symbol === "tick") {
    c.moveTo(x - s, y);
    c.lineTo(x + s, y);
    fill = false;
  } else {
    const q = s * 0.8;
    c.moveTo(x - q, y - q);
    c.lineTo(x + q, y + q);
    c.moveTo(x - q, y + q);
    c.lineTo(x + q, y - q);
    fill = false;
  }
  const closed = !["plus", "tick", "cross"].includes(symbol);
  if (casing) {
    c.strokeStyle = page;
    c.lineWidth = (fill ? 0 : width) + 2 * casing;
    c.stroke();
  }
  if (fill) {
    c.fillStyle = colour;
    c.fill();
  } else {
    if (closed) {
      c.fillStyle = page;
      c.fill();
    }
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.stroke();
  }
  c.restore();
}
