// Tables that Python computed, read at the present control values.  No formula of the subject lives in the browser:
// a table has leading axes that run over control nodes, and reading it is linear interpolation along them.

/** @typedef {import("./types").State} State */
/** @typedef {import("./types").TableRef} TableRef */
/** @typedef {import("./wire").Data} Data */
/** @typedef {ArrayLike<number>} Numbers */

/** @param {string} b64 */
const decode = b64 => {
  const s = atob(b64);
  const u = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) u[i] = s.charCodeAt(i);
  return new Float32Array(u.buffer);
};

/** Every table that a part of a scene names. @param {any} part @param {Set<string>} [found] */
function tablesIn(part, found = new Set()) {
  if (part === null || typeof part !== "object" || ArrayBuffer.isView(part)) return found;
  if (typeof part.t === "string" && part.shape) found.add(part.t);
  for (const v of Array.isArray(part) ? part : Object.values(part))
    if (v !== null && typeof v === "object") tablesIn(v, found);
  return found;
}

/**
 * Tables by name, least recently used first, at most `limit` bytes of them: but those that a scene on screen names
 * stay, and so do those that Python was told of (`have`) and therefore leaves out of what it sends.
 */
export class Store {
  constructor(limit = 48e6) {
    this.limit = limit;
    /** @type {Map<string, Float32Array>} */
    this.tables = new Map();
    this.bytes = 0;
    /**
     * The tables of each owner's scene, and those named in messages not yet answered.
     * @type {Map<object, Set<string>>}
     */
    this.scenes = new Map();
    /** @type {Map<object, Map<number, string[]>>} */
    this.promises = new Map();
  }
  /** @param {string} id */
  get(id) {
    return this.tables.get(id);
  }
  /**
   * Take in what Python sent for the scene of `owner`; returns the tables of the scene that are missing all the same.
   * @param {Record<string, string> | null | undefined} wire
   * @param {object} owner
   * @param {{ numbers: unknown, views: { layers?: unknown }[] }} [scene]
   */
  add(wire, owner, scene) {
    for (const [id, t] of Object.entries(wire ?? {})) {
      const table = this.tables.get(id) ?? decode(t);
      this.drop(id);
      this.tables.set(id, table);
      this.bytes += table.byteLength;
    }
    if (scene) this.scenes.set(owner, tablesIn([scene.numbers, scene.views.map(v => v.layers)]));
    for (const used of this.scenes.values())
      for (const id of used) {
        const table = this.tables.get(id);
        if (table) {
          this.tables.delete(id);
          this.tables.set(id, table);
        }
      }
    this.shrink();
    return [...(this.scenes.get(owner) ?? [])].filter(id => !this.tables.has(id));
  }
  /** @param {string} id */
  drop(id) {
    const table = this.tables.get(id);
    if (table) {
      this.tables.delete(id);
      this.bytes -= table.byteLength;
    }
  }
  shrink() {
    if (this.bytes <= this.limit) return;
    const kept = new Set(
      [...this.scenes.values(), ...[...this.promises.values()].flatMap(p => [...p.values()])].flatMap(ids => [...ids]),
    );
    for (const id of [...this.tables.keys()]) {
      if (this.bytes <= this.limit) return;
      if (!kept.has(id)) this.drop(id);
    }
  }
  /**
   * The tables to name in message `n` of `owner`, last used first; kept until Python has answered a later message.
   * @param {object} owner
   * @param {number} n
   */
  promise(owner, n, most = 200) {
    const ids = [...this.tables.keys()].slice(-most);
    const given = this.promises.get(owner) ?? new Map();
    this.promises.set(owner, given.set(n, ids));
    return ids;
  }
  /**
   * Python has answered message `n`; what it knows of this one may serve once more, what it knew before may not.
   * @param {object} owner
   * @param {number} n
   */
  answered(owner, n) {
    const given = this.promises.get(owner);
    for (const k of given?.keys() ?? []) if (k < n) given?.delete(k);
  }
  /** @param {object} owner */
  leave(owner) {
    this.scenes.delete(owner);
    this.promises.delete(owner);
  }
}

/**
 * Position of `value` among ascending `nodes`: [lower index, fraction].
 * @param {Numbers} nodes
 * @param {number} value
 * @returns {[number, number]}
 */
export function locate(nodes, value) {
  let lo = 0;
  let hi = nodes.length - 1;
  if (hi <= 0 || value <= nodes[0]) return [0, 0];
  if (value >= nodes[hi]) return [hi - 1, 1];
  while (hi - lo > 1) {
    const m = (lo + hi) >> 1;
    if (nodes[m] <= value) lo = m;
    else hi = m;
  }
  const f = (value - nodes[lo]) / (nodes[hi] - nodes[lo]);
  return f < 1e-9 ? [lo, 0] : f > 1 - 1e-9 ? [lo, 1] : [lo, f];
}

const NAMED = { nan: NaN, inf: Infinity, "-inf": -Infinity };
/** @param {import("./wire").Number} v */
const numeric = v => (typeof v === "number" ? v : NAMED[v]);

/** Reads a reference {t: id, shape, over: [control keys]} at a state: the trailing shape, flat. */
export class Reader {
  /** @param {Pick<Store, "get">} store @param {Map<string, { nodes?: number[] }>} controls */
  constructor(store, controls) {
    this.store = store;
    this.controls = controls;
    /** Where Python last spoke of. @type {State | undefined} */
    this.base = undefined;
    /** @type {Map<string, Float32Array>} */
    this.scratch = new Map();
    /** What mixes write to. @type {WeakMap<object, Float32Array>} */
    this.mixed = new WeakMap();
  }

  /** The first number. @param {Data | null | undefined} ref @param {State} state */
  value(ref, state) {
    if (typeof ref === "number") return ref;
    if (typeof ref === "string") return numeric(ref);
    return this.array(ref, state)?.[0];
  }

  /** @param {Data | null | undefined} ref @param {State} state @returns {Numbers | undefined} */
  array(ref, state) {
    if (ref === null || ref === undefined) return undefined;
    if (typeof ref === "number" || typeof ref === "string") return [numeric(ref)];
    if (Array.isArray(ref)) return ref.map(numeric);
    if ("mix" in ref) return this.mix(ref, state);
    return this.table("pick" in ref ? this.choose(ref.pick, state) : ref, state);
  }

  /** Linear interpolation along the leading axes. @param {TableRef} ref @param {State} state */
  table(ref, state) {
    const data = this.store.get(ref.t);
    if (!data) return undefined;
    const { shape } = ref;
    const over = ref.over ?? [];
    if (!over.length) return data;
    let size = 1;
    for (let k = over.length; k < shape.length; k++) size *= shape[k];
    let corners = [[0, 1]]; // [offset in units of rows, weight]
    over.forEach((key, k) => {
      const nodes = ref.nodes?.[key] ?? this.controls.get(key)?.nodes;
      const [i, f] = nodes ? locate(nodes, state[key]) : [0, 0];
      const next = [];
      for (const [o, w] of corners) {
        if (f < 1) next.push([o * shape[k] + i, w * (1 - f)]);
        if (f > 0) next.push([o * shape[k] + i + 1, w * f]);
      }
      corners = next;
    });
    if (corners.length === 1) return data.subarray(corners[0][0] * size, (corners[0][0] + 1) * size);
    const name = ref.t + over.join();
    let out = this.scratch.get(name);
    if (!out || out.length !== size) this.scratch.set(name, (out = new Float32Array(size)));
    out.fill(0);
    for (const [o, w] of corners) {
      const base = o * size;
      for (let i = 0; i < size; i++) out[i] += w * data[base + i];
    }
    return out;
  }

  /**
   * A table in two factors: the sum over r of weight r times row r.
   * @param {import("./wire").Mix} ref
   * @param {State} state
   */
  mix(ref, state) {
    const [w, rows] = ref.mix;
    const weights = each(w) ? w.each.map(x => this.value(x, state) ?? NaN) : this.array(w, state);
    const flat = each(rows) ? undefined : this.array(rows, state);
    if (!weights || (!flat && !each(rows))) return undefined;
    let out = this.mixed.get(ref);
    out?.fill(0);
    for (let r = 0; r < weights.length; r++) {
      const from = each(rows) ? this.array(rows.each[r], state) : flat;
      const m = !from ? 0 : flat ? flat.length / weights.length : from.length;
      const base = flat ? r * m : 0;
      if (!out || out.length !== m) this.mixed.set(ref, (out = new Float32Array(m)));
      if (from) for (let i = 0; i < m; i++) out[i] += weights[r] * from[base + i];
    }
    return out;
  }

  /**
   * A cross of tables through the point that Python last spoke of: the one over what has moved since, else the first.
   * @param {TableRef[]} options
   * @param {State} state
   */
  choose(options, state) {
    let best = options[0];
    let top = -1;
    for (const r of options) {
      let moved = 0;
      for (const k of r.over ?? []) if (state[k] !== this.base?.[k]) moved += k === state._moved ? 2 : 1;
      if (moved > top) {
        top = moved;
        best = r;
      }
    }
    return best;
  }
}

/**
 * Whether a factor is given row by row.
 * @param {import("./wire").Factor} factor
 * @returns {factor is { each: Data[] }}
 */
const each = factor => typeof factor === "object" && "each" in factor;
