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
      i = Math.min(points.length - 2, Math.max(1, Math.round(t * (points.length - 1))));
    const [x, y] = points[i],
      [ax, ay] = points[i - 1],
      [bx, by] = points[i + 1];
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
      const wrong = where && ["right", "left", "above", "below"].includes(where) && names[i] !== where;
      places.push({
        x: x + sx * (d + w / 2),
        y: y + sy * (d + h / 2),
        cost: 0.4 * i + reach / 8 + (wrong ? 5 : 0),
        from: [x, y],
      });
    });
  return places;
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
    const [x, y] = rim[Math.floor((k * rim.length) / 24)];
    const length = Math.hypot(x - cx, y - cy) || 1,
      nx = (x - cx) / length,
      ny = (y - cy) / length;
    const away = Math.abs(nx) * (w / 2) + Math.abs(ny) * (h / 2) + GAP;
    const cost = liked ? 3 * (1 - nx * liked[0] - ny * liked[1]) : 1 - ny * 0.5;
    places.push({ x: x + nx * away, y: y + ny * away, cost, from: [x, y] });
  }
  return places;
}
