// What a pointer or a key can take hold of in a view, and what follows it. A click far from everything does
// nothing, so that pointing at a figure never changes it, and a finger that swipes over one scrolls the page.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./painter/geometry.js")} */
const { at, geometry } = await import(`./painter/geometry.js${version}`);
/** @type {typeof import("./predictions.js")} */
const { choose, optionAt, pending, showGuess } = await import(`./predictions.js${version}`);
/** @type {typeof import("./player.js")} */
const { stop } = await import(`./player.js${version}`);

/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Hold} Hold */
/** @typedef {{ key: string, index: number }} Picked */
/** @typedef {import("./painter/geometry.js").Geometry} Geometry */

const REACH = { touch: 24, other: 22 };
/** @param {number} v @param {number} lo @param {number} hi */
const within = (v, lo, hi) => Math.max(lo, Math.min(hi, v));

/**
 * The handle nearest to (x, y) within reach: it moves by as much as the pointer does. On one axis its whole line
 * can be held.
 * @type {(stage: Stage, view: View, g: Geometry, x: number, y: number, reach: number) => Hold | null}
 */
function handle(stage, view, g, x, y, reach) {
  let best = null;
  let nearest = reach;
  for (const L of view.layers) {
    if (L.kind !== "handle" || !(L.x || L.y) || (L.when && !stage.condition(L.when))) continue;
    const { x: across, y: up } = L;
    const beside = L.atX === undefined ? x : g.X(stage.reader.value(L.atX, stage.values) ?? NaN);
    const hx = within(across ? g.X(stage.values[across]) : beside, g.left, g.right);
    const hy = within(up ? g.Y(stage.values[up]) : y, g.top, g.bottom);
    const d = Math.hypot(hx - x, up ? hy - y : 0);
    if (!(d <= nearest) || (!up && y < g.top - reach)) continue;
    nearest = d;
    best = {
      keys: [across, up].filter(k => k !== undefined),
      cursor: across && up ? "grab" : across ? "ew-resize" : "ns-resize",
      firm: !!up,
      /** @param {number} ax @param {number} ay */
      move: (ax, ay) => {
        if (across) stage.set(across, g.X.inverse(ax + hx - x));
        if (up) stage.set(up, g.Y.inverse(ay + hy - y));
      },
    };
  }
  return best;
}

/**
 * The mark nearest to (x, y) within reach, of the layers that can be picked from; one that stands for its column is
 * near all along it.
 * @type {(stage: Stage, view: View, g: Geometry, x: number, y: number, reach: number) => Picked | null}
 */
function picked(stage, view, g, x, y, reach) {
  let best = null;
  let nearest = reach;
  if (x < g.left - reach || x > g.right + reach || y < g.top - reach || y > g.h) return best;
  for (const L of view.layers) {
    if (L.kind !== "points" || !L.pick || (L.when && !stage.condition(L.when))) continue;
    const xs = stage.reader.array(L.x, stage.values);
    const ys = stage.reader.array(L.y, stage.values);
    if (!xs || !ys) continue;
    const most = L.count === undefined ? Infinity : (stage.reader.value(L.count, stage.values) ?? NaN);
    const n = Math.min(Math.max(xs.length, ys.length), most);
    for (let i = 0; i < n; i++) {
      const d = Math.hypot(g.X(at(xs, i)) - x, (L.column ? 0 : 1) * (g.Y(at(ys, i)) - y)); // NaN: it is not there
      if (d < nearest) {
        nearest = d;
        best = { key: L.pick, index: i + (L.base ?? 0) };
      }
    }
  }
  return best;
}

/**
 * What a pointer of this type would take hold of at (x, y), or null.
 * @type {(stage: Stage, view: View, g: Geometry, x: number, y: number, type: string) => Hold | null}
 */
export function under(stage, view, g, x, y, type) {
  const reach = type === "touch" ? REACH.touch : REACH.other;
  const asked = pending(stage);
  const here = asked?.view === view.id;
  if (here && asked.kind === "choice") {
    const key = optionAt(stage, asked, g, x, y);
    if (key) return { keys: [], cursor: "pointer", tap: () => choose(stage, asked, key) };
  }
  if (here && asked.kind === "point" && x >= g.left && x <= g.right && y >= g.top && y <= g.bottom) {
    /** @param {number} ax @param {number} ay */
    const put = (ax, ay) => {
      stage.guess[asked.key] = {
        x: +g.X.inverse(within(ax, g.left, g.right)).toFixed(2),
        y: +g.Y.inverse(within(ay, g.top, g.bottom)).toFixed(2),
      };
      showGuess(stage, asked);
    };
    return { keys: [], cursor: "crosshair", tap: put, move: type === "touch" ? undefined : put };
  }
  const held = handle(stage, view, g, x, y, reach);
  if (held) return held;
  const first = picked(stage, view, g, x, y, reach);
  if (!first) return null;
  /** @param {number} ax @param {number} ay */
  const pick = (ax, ay) => {
    const p = picked(stage, view, g, ax, ay, reach);
    if (p?.key === first.key) stage.set(p.key, p.index);
  };
  return { keys: [first.key], cursor: "pointer", tap: pick, move: type === "touch" ? undefined : pick };
}

/** Where on a canvas. @param {PointerEvent} e @param {HTMLCanvasElement} canvas @returns {[number, number]} */
function place(e, canvas) {
  const b = canvas.getBoundingClientRect();
  return [e.clientX - b.left, e.clientY - b.top];
}

/**
 * What the pointer would take hold of, there where it is.
 * @param {Stage} stage
 * @param {PointerEvent} e
 * @param {HTMLCanvasElement} canvas
 * @param {string} id
 */
function reached(stage, e, canvas, id) {
  const view = stage.view(id);
  if (!view) return null;
  const g = geometry(view, canvas.clientWidth, canvas.clientHeight);
  return under(stage, view, g, ...place(e, canvas), e.pointerType);
}

/** @param {Stage} stage @param {PointerEvent} e @param {HTMLCanvasElement} canvas @param {string} id */
export function hover(stage, e, canvas, id) {
  if (!stage.held && e.pointerType !== "touch") canvas.style.cursor = reached(stage, e, canvas, id)?.cursor ?? "";
}

/** @param {Stage} stage @param {PointerEvent} e @param {HTMLCanvasElement} canvas @param {string} id */
export function grab(stage, e, canvas, id) {
  if (stage.held || e.button) return;
  const hold = reached(stage, e, canvas, id);
  if (!hold) return;
  if (stop(stage)) stage.commit();
  const [x, y] = place(e, canvas);
  const finger = e.pointerType === "touch";
  const before = hold.keys.map(k => stage.values[k]);
  const dirty = stage.dirty;
  stage.held = hold;
  stage.dragging = hold.keys;
  canvas.setPointerCapture?.(e.pointerId);
  canvas.focus?.({ preventScroll: true });
  if (hold.tap && !finger) hold.tap(x, y);
  if (hold.cursor === "grab") canvas.style.cursor = "grabbing";
  canvas.onpointermove = ev => {
    if (ev.pointerId === e.pointerId) hold.move?.(...place(ev, canvas));
  };
  canvas.onpointerup = canvas.onpointercancel = ev => {
    if (ev.pointerId !== e.pointerId) return;
    canvas.onpointerup = canvas.onpointercancel = null;
    canvas.onpointermove = m => hover(stage, m, canvas, id);
    stage.held = stage.dragging = null;
    canvas.style.cursor = "";
    const [ux, uy] = place(ev, canvas);
    const gone = ev.type === "pointercancel";
    if (gone) {
      // the finger meant to scroll
      hold.keys.forEach((k, i) => stage.set(k, before[i]));
      stage.dirty = dirty;
    } else if (finger && hold.tap && Math.hypot(ux - x, uy - y) < 10) hold.tap(x, y);
    if (!gone) hover(stage, ev, canvas, id);
    if (hold.keys.some((k, i) => stage.values[k] !== before[i]))
      stage.after(hold.keys.find(k => !stage.control(k).local) ?? hold.keys[0], 0);
  };
}

/** @type {Record<string, ["x" | "y", number]>} */
const ARROWS = { ArrowRight: ["x", 1], ArrowLeft: ["x", -1], ArrowUp: ["y", 1], ArrowDown: ["y", -1] };

/**
 * Move what a handle moves with the arrow keys.
 * @param {Stage} stage
 * @param {KeyboardEvent} e
 * @param {{ x?: string, y?: string }} L
 */
export function keys(stage, e, L) {
  const move = ARROWS[e.key];
  const key = (move && L[move[0]]) ?? L.x ?? L.y;
  if (!key) return;
  if (move) stage.step(key, move[1] * (e.shiftKey ? 10 : 1));
  else if (e.key === "Home" || e.key === "End") {
    const { nodes } = stage.control(key);
    stage.set(key, e.key === "Home" ? nodes[0] : nodes[nodes.length - 1]);
  } else return;
  e.preventDefault();
  stage.after(key);
}
