// The places that a name may take beside a line, a point, a shape.  In pixels.

/** @typedef {{ x0: number, y0: number, x1: number, y1: number }} Box */
/**
 * Where a name may stand.
 * @typedef {object} Place
 * @property {number} x of its middle
 * @property {number} y
 * @property {number} cost
 * @property {[number, number]} [from] the point that it speaks of
 */

export const GAP = 5; // between a mark and its name
const STEP = 7; // between the samples of a line that a name must not cover

/**
 * Points along a polyline, some 7 px apart, as they lie in the frame.
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {Box} frame
 * @returns {[number, number][][]} one list for every stretch inside the frame
 */
export function stretches(xs, ys, frame) {
  /** @type {[number, number][][]} */
  const all = [];
  /** @type {[number, number][]} */
  let now = [];
  const close = () => {
    if (now.length > 1) all.push(now);
    now = [];
  };
  let px = NaN,
    py = NaN;
  const n = Math.min(xs.length, ys.length);
  for (let i = 0; i < n; i++) {
    const x = xs[i],
      y = ys[i];
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      close();
      px = NaN;
      continue;
    }
    if (Number.isFinite(px)) {
      const length = Math.min(Math.hypot(x - px, y - py), 4000);
      const parts = Math.max(1, Math.ceil(length / STEP));
      const last = now.length ? now[now.length - 1] : null;
      if (parts === 1 && last && Math.hypot(x - last[0], y - last[1]) < STEP && i < n - 1) {
        px = x;
        py = y;
        continue;
      }
      for (let k = 1; k <= parts; k++) {
        const a = px + ((x - px) * k) / parts,
          b = py + ((y - py) * k) / parts;
        if (within(a, b, frame)) now.push([a, b]);
        else close();
      }
    } else if (within(x, y, frame)) now.push([x, y]);
    px = x;
    py = y;
  }
  close();
  return all;
}

/** @param {number} x @param {number} y @param {Box} f */
const within = (x, y, f) => x >= f.x0 - 1 && x <= f.x1 + 1 && y >= f.y0 - 1 && y <= f.y1 + 1;

/** @param {number} x @param {number} y @param {number} w @param {number} h @returns {Box} */
export const boxAt = (x, y, w, h) => ({ x0: x - w / 2, y0: y - h / 2, x1: x + w / 2, y1: y + h / 2 });

/**
 * Places beside a line: on both sides, all along, and beyond its end.
 * @param {[number, number][][]} parts  of {@link stretches}
 * @param {number} w
 * @param {number} h
 * @param {string} where
 * @returns {Place[]}
 */
export function besideLine(parts, w, h, where = "") {
  const points = parts.flat();
  if (points.length < 2) return points.length ? besidePoint(points[0][0], points[0][1], 3, w, h, where) : [];
  const liked = { start: 0.12, middle: 0.5, end: 0.9 }[where] ?? 0.8;
  /** @type {Place[]} */
  const places = [];
  const [ex, ey] = points[points.length - 1];
  places.push({ x: ex + GAP + w / 2, y: ey, cost: where === "end" || where === "right" ? 0 : 1.5, from: [ex, ey] });
  for (let k = 1; k < 20; k++) {
    const t = k / 20,
      i = Math.round(t * (points.length - 1));
    const [x, y] = points[i],
      [ax, ay] = points[Math.max(0, i - 1)],
      [bx, by] = points[Math.min(points.length - 1, i + 1)];
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const nx = -(by - ay) / length,
      ny = (bx - ax) / length;
    const away = Math.abs(nx) * (w / 2) + Math.abs(ny) * (h / 2) + GAP;
    for (const side of [1, -1]) {
      const up = ny * side < -0.2,
        right = nx * side > 0.2;
      const wrong =
        (where === "above" && !up) ||
        (where === "below" && ny * side < 0.2) ||
        (where === "right" && !right) ||
        (where === "left" && nx * side > -0.2);
      // Farther out, with a leader, only where the lines lie too close together for a name.
      for (const reach of k % 3 ? [0] : [0, 30]) {
        const cost = 5 * Math.abs(t - liked) + (wrong ? 6 : 0) + (reach ? 9 : 0);
        const out = side * (away + reach);
        places.push({ x: x + nx * out, y: y + ny * out, cost, from: [x, y] });
      }
    }
  }
  return places;
}

/**
 * Places around a point with a mark of radius r, near ones and, with a leader, far ones.
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {number} w
 * @param {number} h
 * @param {string} where
 * @returns {Place[]}
 */
export function besidePoint(x, y, r, w, h, where = "") {
  /** @type {Place[]} */
  const places = [];
  const names = ["right", "left", "above", "below", "", "", "", ""];
  const sides = [
    [1, 0],
    [-1, 0],
    [0, -1],
    [0, 1],
    [1, -1],
    [-1, -1],
    [1, 1],
    [-1, 1],
  ];
  for (const reach of [0, 16, 36])
    sides.forEach(([sx, sy], i) => {
      const d = r + GAP + reach - (sx && sy ? 3 : 0);
      const side = where === "after" ? "right" : where;
      const near = sx && sy && side === (sx > 0 ? "right" : "left");
      const wrong = side && names.includes(side) && names[i] !== side;
      places.push({
        x: x + sx * (d + w / 2),
        y: y + sy * (d + h / 2),
        cost: 0.4 * i + reach / 5 + (near ? 0.5 : wrong ? 5 : 0),
        from: [x, y],
      });
    });
  return places;
}

/**
 * Places at the top of a bar: above it, or beside it just under its top.
 * @param {number} x0 @param {number} x1 @param {number} top @param {number} w @param {number} h @param {string} where
 * @returns {Place[]}
 */
export function besideTop(x0, x1, top, w, h, where = "above") {
  const left = Math.min(x0, x1);
  const right = Math.max(x0, x1);
  const above = besidePoint((x0 + x1) / 2, top, 1, w, h, "above");
  return [
    { x: right + GAP + w / 2, y: top + h / 2, cost: where === "right" ? 0 : 5, from: [right, top] },
    { x: left - GAP - w / 2, y: top + h / 2, cost: where === "left" ? 0 : 5, from: [left, top] },
    ...above.map(p => ({ ...p, cost: p.cost + (where === "above" ? 0 : 2) })),
  ];
}

/**
 * Places outside a closed line, and within it if there is room.
 * @param {[number, number][][]} parts
 * @param {number} w
 * @param {number} h
 * @param {string} where
 * @returns {Place[]}
 */
export function besideShape(parts, w, h, where = "") {
  const rim = parts.flat();
  if (!rim.length) return [];
  let cx = 0,
    cy = 0;
  for (const [x, y] of rim) {
    cx += x / rim.length;
    cy += y / rim.length;
  }
  /** @type {Place[]} */
  const places = [];
  const liked = { right: [1, 0], left: [-1, 0], above: [0, -1], below: [0, 1] }[where];
  for (let k = 0; k < 24; k++) {
    const i = Math.floor((k * rim.length) / 24);
    const [x, y] = rim[i];
    const [ax, ay] = rim[Math.max(0, i - 1)];
    const [bx, by] = rim[(i + 1) % rim.length];
    const along = Math.hypot(bx - ax, by - ay);
    const smooth = along > 0 && along < 4 * STEP; // else the rim is cut here by the frame
    const out = smooth ? [by - ay, ax - bx] : [x - cx, y - cy];
    const sign = out[0] * (x - cx) + out[1] * (y - cy) < 0 ? -1 : 1;
    const length = sign * (Math.hypot(out[0], out[1]) || 1);
    const nx = out[0] / length;
    const ny = out[1] / length;
    const away = Math.abs(nx) * (w / 2) + Math.abs(ny) * (h / 2) + GAP;
    const cost = liked ? 3 * (1 - nx * liked[0] - ny * liked[1]) : 1 - ny * 0.5;
    places.push({ x: x + nx * away, y: y + ny * away, cost, from: [x, y] });
  }
  return places;
}

/**
 * Places within a closed line, as far as it lies in the frame, those in the middle first.
 * @param {ArrayLike<number>} xs  its corners
 * @param {ArrayLike<number>} ys
 * @param {Box} frame
 * @returns {Place[]}
 */
export function insideShape(xs, ys, frame) {
  const n = Math.min(xs.length, ys.length);
  const [x0, x1] = [Math.max(frame.x0, Math.min(...Array.from(xs))), Math.min(frame.x1, Math.max(...Array.from(xs)))];
  const [y0, y1] = [Math.max(frame.y0, Math.min(...Array.from(ys))), Math.min(frame.y1, Math.max(...Array.from(ys)))];
  /** @type {Place[]} */
  const places = [];
  for (let j = 1; j < 12; j++)
    for (let k = 1; k < 12; k++) {
      const x = x0 + ((x1 - x0) * j) / 12;
      const y = y0 + ((y1 - y0) * k) / 12;
      let inside = false;
      for (let i = 0, m = n - 1; i < n; m = i++)
        if (ys[i] > y !== ys[m] > y && x < xs[i] + ((xs[m] - xs[i]) * (y - ys[i])) / (ys[m] - ys[i])) inside = !inside;
      if (inside) places.push({ x, y, cost: Math.hypot(j - 6, k - 6) / 3 });
    }
  return places;
}

/**
 * Heights of names in a column beside the axes, in the order of their marks: each as near to its own as there is room.
 * @param {{ y: number, h: number }[]} wanted
 * @param {number} top
 * @param {number} bottom
 * @returns {number[]}
 */
export function column(wanted, top, bottom) {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i].y - wanted[j].y);
  const at = wanted.map(w => w.y);
  let edge = top;
  for (const i of order) {
    at[i] = Math.max(at[i], edge + wanted[i].h / 2);
    edge = at[i] + wanted[i].h / 2;
  }
  edge = bottom;
  for (const i of order.reverse()) {
    at[i] = Math.min(at[i], edge - wanted[i].h / 2);
    edge = at[i] - wanted[i].h / 2;
  }
  return at;
}
