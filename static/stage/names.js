// Where the name of a mark stands: beside it, inside the frame, clear of curves, points, handles and other names.
// Everything here is in pixels and knows no canvas, so that it can be tested by itself.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./places.js")} */
const { boxAt, GAP } = await import(`./places.js${version}`);

/** @typedef {import("./places.js").Box} Box */
/** @typedef {import("./places.js").Place} Place */
/**
 * A name that is to be written.
 * @typedef {object} Wanted
 * @property {string} key the same from frame to frame
 * @property {number} w
 * @property {number} h
 * @property {Place[]} places
 * @property {[number, number][]} [own] points of its mark
 */
/**
 * What there is room beside.
 * @typedef {object} Room
 * @property {Box} frame names may not leave it
 * @property {Box[]} boxes
 * @property {[number, number][][]} lines
 * @property {Box[]} [never] what no name may cover
 */

/**
 * The cheapest place for every name, in order; a name keeps its place of the last frame while that is not much worse.
 * @param {Wanted[]} wanted
 * @param {Room} room
 * @param {Map<string, number>} memory  key to the index of the place taken last
 * @returns {({ x: number, y: number, far: boolean, from?: [number, number], cost: number } | null)[]}
 */
export function place(wanted, { frame, boxes, lines, never = [] }, memory) {
  const taken = boxes.slice();
  const samples = lines.flat();
  return wanted.map(({ key, w, h, places, own = [] }, which) => {
    if (!places.length) return null;
    const last = memory.get(key);
    const others = wanted.filter((o, i) => i !== which && (o.own?.length ?? 0) > 1).map(o => o.own ?? []);
    let best = -1;
    let least = Infinity;
    let spot = places[0];
    places.forEach((wish, i) => {
      const [p, moved] = pushed(wish, w, h, frame);
      const box = boxAt(p.x, p.y, w, h);
      let cost = p.cost + (i === last ? -KEEP : 0) + (moved > 0 ? OUTSIDE + moved : 0);
      for (const b of taken) cost += cover(box, b, COVERED);
      for (const b of never) cost += cover(box, b, FORBIDDEN);
      if (cost >= least) return;
      for (const [x, y] of samples)
        if (x > box.x0 - 1 && x < box.x1 + 1 && y > box.y0 - 1 && y < box.y1 + 1) cost += CROSSED;
      if (cost >= least) return;
      if (own.length > 1 && others.length && !remote(p, w, h)) cost += ambiguity(box, own, others);
      if (cost >= least) return;
      least = cost;
      best = i;
      spot = p;
    });
    if (best < 0) return null;
    memory.set(key, best);
    const { x, y, from } = spot;
    taken.push(boxAt(x, y, w, h));
    return { x, y, far: remote(spot, w, h), from, cost: least };
  });
}

// What a place costs, in the unit of the wishes of the mark itself (5 for the other end of a line).
const KEEP = 4; // saved by staying where it was
const OUTSIDE = 200; // out of the frame: pushed back into it
const COVERED = 14; // over another name, a point, a handle; up to four times that where it hides it whole
const FORBIDDEN = 1000; // over what the reader has put down
const CROSSED = 3.5; // for each sample of a line under it
const FOREIGN = 6; // nearer to the line of another name than to its own
const FAR = 14; // pixels from its mark, where a leader is drawn

/**
 * Whether a name stands so far from its mark that a leader is drawn.
 * @param {Place} place
 * @param {number} w
 * @param {number} h
 */
const remote = ({ x, y, from }, w, h) =>
  from ? Math.max(Math.abs(from[0] - x) - w / 2, Math.abs(from[1] - y) - h / 2) > FAR : false;

/**
 * A place moved into the frame, and how far that was.
 * @param {Place} p
 * @param {number} w
 * @param {number} h
 * @param {Box} frame
 * @returns {[Place, number]}
 */
function pushed(p, w, h, frame) {
  const box = boxAt(p.x, p.y, w, h);
  const dx = Math.max(0, frame.x0 - box.x0) - Math.max(0, box.x1 - frame.x1);
  const dy = Math.max(0, frame.y0 - box.y0) - Math.max(0, box.y1 - frame.y1);
  return [{ ...p, x: p.x + dx, y: p.y + dy }, Math.abs(dx) + Math.abs(dy)];
}

/** What it costs a box to cover another. @param {Box} box @param {Box} other @param {number} price */
function cover(box, other, price) {
  const area = overlap(box, other);
  return area > 0 ? price * (1 + (3 * area) / ((box.x1 - box.x0) * (box.y1 - box.y0))) : 0;
}

/** How far a box is from the nearest of some points. @param {Box} box @param {[number, number][]} points */
export function distance(box, points) {
  let least = Infinity;
  for (const [x, y] of points) {
    const dx = Math.max(box.x0 - x, 0, x - box.x1);
    const dy = Math.max(box.y0 - y, 0, y - box.y1);
    const d = dx * dx + dy * dy;
    if (d < least) least = d;
  }
  return Math.sqrt(least);
}

/**
 * What it costs to stand nearer to the line of another name than to one's own, or hardly farther.
 * @param {Box} box
 * @param {[number, number][]} own
 * @param {[number, number][][]} others
 */
function ambiguity(box, own, others) {
  const mine = distance(box, own);
  const theirs = Math.min(...others.map(line => distance(box, line)));
  return theirs < mine + GAP ? FOREIGN * Math.min(2, (mine + GAP - theirs) / GAP) : 0;
}

/** @param {Box} a @param {Box} b */
export function overlap(a, b) {
  return (
    Math.max(0, Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0)) * Math.max(0, Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0))
  );
}
