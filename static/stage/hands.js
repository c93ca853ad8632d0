// What a pointer can take hold of in a view.  A click far from everything does nothing, so that pointing at a figure never
// changes it, and a finger that swipes over one scrolls the page.
const REACH = { touch: 24 }, reachOf = type => REACH[type] ?? 22;
const within = (v, lo, hi) => Math.max(lo, Math.min(hi, v));

/** The handle nearest to (x, y) within reach: it moves by as much as the pointer does.  On one axis its whole line can be held. */
function handle(stage, view, g, x, y, reach) {
  let best = null, nearest = reach;
  for (const L of view.layers) {
    if (L.kind !== "handle" || !(L.x || L.y) || (L.when && !stage.condition(L.when))) continue;
    const px = L.x ? g.X(stage.values[L.x]) : L.atX !== undefined ? g.X(stage.reader.value(L.atX, stage.values)) : x, py = L.y ? g.Y(stage.values[L.y]) : y;
    const hx = within(px, g.left, g.right), hy = within(py, g.top, g.bottom), d = Math.hypot(hx - x, L.y ? hy - y : 0);
    if (!(d <= nearest) || (!L.y && y < g.top - reach)) continue;
    nearest = d;
    best = {
      keys: [L.x, L.y].filter(Boolean), cursor: L.x && L.y ? "grab" : L.x ? "ew-resize" : "ns-resize", firm: !!L.y,
      move: (ax, ay) => { if (L.x) stage.set(L.x, g.X.inverse(ax + hx - x)); if (L.y) stage.set(L.y, g.Y.inverse(ay + hy - y)); },
    };
  }
  return best;
}

/** The mark nearest to (x, y) within reach, of the layers that can be picked from; a mark that stands for its column is near all along it. */
function picked(stage, view, g, x, y, reach) {
  let best = null, nearest = reach;
  if (x < g.left - reach || x > g.right + reach || y < g.top - reach || y > g.h) return best;
  for (const L of view.layers) {
    if (!L.pick || (L.when && !stage.condition(L.when))) continue;
    const xs = stage.reader.array(L.x, stage.values), ys = stage.reader.array(L.y, stage.values); if (!xs || !ys) continue;
    const at = (a, i) => a[a.length === 1 ? 0 : i], n = Math.min(Math.max(xs.length, ys.length), L.count === undefined ? Infinity : stage.reader.value(L.count, stage.values));
    for (let i = 0; i < n; i++) { const d = Math.hypot(g.X(at(xs, i)) - x, L.column ? 0 : g.Y(at(ys, i)) - y); if (d < nearest) { nearest = d; best = { key: L.pick, index: i + (L.base ?? 0) }; } }
  }
  return best;
}

/** What a pointer of this type would take hold of at (x, y), or null.  `tap`: done by a click; `move`: followed while held;
 *  `firm`: a finger that holds it does not scroll. */
export function under(stage, view, g, x, y, type) {
  const reach = reachOf(type), asked = stage.pending(), here = asked?.view === view.id;
  if (here && asked.kind === "choice") { const key = stage.optionAt(asked, g, x, y); if (key) return { keys: [], cursor: "pointer", tap: () => stage.choose(asked, key) }; }
  if (here && asked.kind === "point" && x >= g.left && x <= g.right && y >= g.top && y <= g.bottom) {
    const put = (ax, ay) => { stage.guess[asked.key] = { x: +g.X.inverse(within(ax, g.left, g.right)).toFixed(2), y: +g.Y.inverse(within(ay, g.top, g.bottom)).toFixed(2) }; stage.drawGuess(asked); };
    return { keys: [], cursor: "crosshair", tap: put, move: type === "touch" ? undefined : put };
  }
  const held = handle(stage, view, g, x, y, reach); if (held) return held;
  const first = picked(stage, view, g, x, y, reach); if (!first) return null;
  const pick = (ax, ay) => { const p = picked(stage, view, g, ax, ay, reach); if (p?.key === first.key) stage.set(p.key, p.index); };
  return { keys: [first.key], cursor: "pointer", tap: pick, move: type === "touch" ? undefined : pick };
}
