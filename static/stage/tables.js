// Tables that Python computed, read at the present control values.  No formula of the subject lives in the browser:
// a table has leading axes that run over control nodes, and reading it is linear interpolation along them.

const decode = b64 => { const s = atob(b64), u = new Uint8Array(s.length); for (let i = 0; i < s.length; i++) u[i] = s.charCodeAt(i); return new Float32Array(u.buffer); };

/** Every table that a part of a scene names. */
function tablesIn(part, found = new Set()) {
  if (part === null || typeof part !== "object" || ArrayBuffer.isView(part)) return found;
  if (typeof part.t === "string" && part.shape) found.add(part.t);
  for (const v of Array.isArray(part) ? part : Object.values(part)) if (v !== null && typeof v === "object") tablesIn(v, found);
  return found;
}

/** Tables by name, least recently used first, at most `limit` bytes of them: but those that a scene on screen names stay,
 *  and so do those that Python was told of (`have`) and therefore leaves out of what it sends. */
export class Store {
  constructor(limit = 48e6) { this.limit = limit; this.tables = new Map(); this.bytes = 0; this.scenes = new Map(); this.promises = new Map(); }
  get(id) { return this.tables.get(id); }
  /** Take in what Python sent for the scene of `owner`; returns the tables of the scene that are missing all the same. */
  add(wire, owner, scene) {
    for (const [id, t] of Object.entries(wire ?? {})) { const table = this.tables.get(id) ?? decode(t); this.drop(id); this.tables.set(id, table); this.bytes += table.byteLength; }
    if (scene) this.scenes.set(owner, tablesIn([scene.numbers, scene.views.map(v => v.layers)]));
    for (const used of this.scenes.values()) for (const id of used) { const table = this.tables.get(id); if (table) { this.tables.delete(id); this.tables.set(id, table); } }
    this.shrink();
    return [...(this.scenes.get(owner) ?? [])].filter(id => !this.tables.has(id));
  }
  drop(id) { const table = this.tables.get(id); if (table) { this.tables.delete(id); this.bytes -= table.byteLength; } }
  shrink() {
    if (this.bytes <= this.limit) return;
    const kept = new Set([...this.scenes.values(), ...[...this.promises.values()].flatMap(p => [...p.values()])].flatMap(ids => [...ids]));
    for (const id of [...this.tables.keys()]) { if (this.bytes <= this.limit) return; if (!kept.has(id)) this.drop(id); }
  }
  /** The tables to name in message `n` of `owner`, last used first; kept until Python has answered a later message. */
  promise(owner, n, most = 200) {
    const ids = [...this.tables.keys()].slice(-most);
    if (!this.promises.has(owner)) this.promises.set(owner, new Map());
    this.promises.get(owner).set(n, ids);
    return ids;
  }
  /** Python has answered message `n`; what it knows of this one may serve once more, what it knew before may not. */
  answered(owner, n) { const given = this.promises.get(owner); for (const k of given?.keys() ?? []) if (k < n) given.delete(k); }
  leave(owner) { this.scenes.delete(owner); this.promises.delete(owner); }
}

/** Position of `value` among ascending `nodes`: [lower index, fraction]. */
export function locate(nodes, value) {
  let lo = 0, hi = nodes.length - 1;
  if (hi <= 0 || value <= nodes[0]) return [0, 0];
  if (value >= nodes[hi]) return [hi - 1, 1];
  while (hi - lo > 1) { const m = (lo + hi) >> 1; if (nodes[m] <= value) lo = m; else hi = m; }
  const f = (value - nodes[lo]) / (nodes[hi] - nodes[lo]);
  return f < 1e-9 ? [lo, 0] : f > 1 - 1e-9 ? [lo, 1] : [lo, f];
}

/** Read a reference {t: id, shape, over: [control keys]} at the state: a Float32Array of the trailing shape. */
export class Reader {
  constructor(store, controls) { this.store = store; this.controls = controls; this.scratch = new Map(); }
  value(ref, state) {
    if (ref === null || ref === undefined) return undefined;
    if (typeof ref === "number") return ref;
    if (ref === "nan") return NaN;
    const out = this.array(ref, state);
    return out?.[0];
  }
  array(ref, state) {
    if (ref === null || ref === undefined) return undefined;
    if (Array.isArray(ref)) return ref.map(v => (v === "nan" ? NaN : v === "inf" ? Infinity : v === "-inf" ? -Infinity : v));
    if (typeof ref === "number") return [ref];
    if (ref.mix) return this.mix(ref, state);
    if (ref.pick) ref = this.choose(ref.pick, state);
    const data = this.store.get(ref.t);
    if (!data) return undefined;
    const over = ref.over ?? [], shape = ref.shape;
    if (!over.length) return data;
    let size = 1; for (let k = over.length; k < shape.length; k++) size *= shape[k];
    let corners = [[0, 1]];                              // [offset in units of rows, weight]
    over.forEach((key, k) => {
      const nodes = ref.nodes?.[key] ?? this.controls.get(key)?.nodes, [i, f] = nodes ? locate(nodes, state[key]) : [0, 0], next = [];
      for (const [o, w] of corners) { if (f < 1) next.push([o * shape[k] + i, w * (1 - f)]); if (f > 0) next.push([o * shape[k] + i + 1, w * f]); }
      corners = next;
    });
    if (corners.length === 1) return data.subarray(corners[0][0] * size, (corners[0][0] + 1) * size);
    let out = this.scratch.get(ref.t + over.join()); if (!out || out.length !== size) this.scratch.set(ref.t + over.join(), out = new Float32Array(size));
    out.fill(0);
    for (const [o, w] of corners) { const base = o * size; for (let i = 0; i < size; i++) out[i] += w * data[base + i]; }
    return out;
  }
  /** A table in two factors: the sum over r of weight r times row r. */
  mix(ref, state) {
    const [w, rows] = ref.mix, weights = w.each ? w.each.map(x => this.value(x, state)) : this.array(w, state), flat = rows.each ? null : this.array(rows, state);
    if (!weights || (!flat && !rows.each)) return undefined;
    let out = ref.out; if (out) out.fill(0);
    for (let r = 0; r < weights.length; r++) {
      const row = flat ? null : this.array(rows.each[r], state), m = flat ? flat.length / weights.length : row?.length ?? 0, base = flat ? r * m : 0, from = flat ?? row, f = weights[r];
      if (!out || out.length !== m) out = ref.out = new Float32Array(m);
      for (let i = 0; i < m; i++) out[i] += f * from[base + i];
    }
    return out;
  }
  /** A cross of tables through the point that Python last spoke of: the one over what has moved since, else the first. */
  choose(options, state) {
    let best = options[0], top = -1;
    for (const r of options) { let moved = 0; for (const k of r.over ?? []) if (state[k] !== this.base?.[k]) moved += k === state._moved ? 2 : 1; if (moved > top) { top = moved; best = r; } }
    return best;
  }
}
