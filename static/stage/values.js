// Where the controls of a lesson stand, and what its tables say there.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./text.js")} */
const { format } = await import(`./text.js${version}`);

/** @typedef {import("./types").Control} Control */

export class Values {
  constructor() {
    /** Where each control stands; `_moved`: the one that a hand moved last. @type {import("./types").State} */
    this.values = {};
    /** @type {Map<string, Control>} */
    this.controls = new Map();
    /** Something was moved that Python has not answered yet. */
    this.dirty = false;
    /** @type {{ on: boolean, speed: number, since: number, from: number }} */
    this.play = { on: false, speed: 1, since: 0, from: 0 };
    /** What Python sent last. @type {import("./types").Lesson} */
    this.data = /** @type {any} */ (undefined);
    /** @type {import("./types").Scene} */
    this.scene = /** @type {any} */ (undefined);
    /** @type {import("./tables.js").Reader} */
    this.reader = /** @type {any} */ (undefined);
  }

  /** Called when a control has moved. @param {string} [_key] */
  moved(_key) {}

  /** @param {string} key @returns {Control} */
  control(key) {
    const c = this.controls.get(key);
    if (!c) throw new Error(`no control ${key}`);
    return c;
  }

  /**
   * Set a control to the node nearest to `value`; returns whether it changed.
   * @param {string} key
   * @param {any} value
   */
  set(key, value) {
    const c = this.control(key);
    if (c.nodes && !(this.play.on && key === this.scene.player?.control)) {
      let lo = 0;
      let hi = c.nodes.length - 1;
      while (hi - lo > 1) {
        const m = (lo + hi) >> 1;
        if (c.nodes[m] <= value) lo = m;
        else hi = m;
      }
      value = Math.abs(c.nodes[hi] - value) < Math.abs(c.nodes[lo] - value) ? c.nodes[hi] : c.nodes[lo];
    }
    if (this.values[key] === value) return false;
    this.values[key] = value;
    this.values._moved = key;
    if (!c.local) this.dirty = true;
    this.moved(key);
    return true;
  }

  /** Move a control by nodes. @param {string} key @param {number} by */
  step(key, by) {
    const { nodes } = this.control(key);
    return this.set(key, nodes[Math.max(0, Math.min(nodes.length - 1, this.index(key) + by))]);
  }

  /** The node that a control is nearest to. @param {string} key */
  index(key) {
    const { nodes } = this.control(key);
    const v = this.values[key];
    let best = 0;
    for (let i = 1; i < nodes.length; i++) if (Math.abs(nodes[i] - v) < Math.abs(nodes[best] - v)) best = i;
    return best;
  }

  /** Whether the controls stand as a mark or a question asks. @param {Record<string, any>} when */
  condition(when) {
    return Object.entries(when).every(([k, v]) =>
      Array.isArray(v) ? v.includes(this.values[k]) : this.values[k] === v,
    );
  }

  /**
   * The option that a choice stands at: its value, or the first there is where the present scene does not offer that.
   * @param {Control} c
   */
  offered(c) {
    const v = this.values[c.key];
    return c.options?.some(o => o.value === v) ? v : c.options?.[0]?.value;
  }

  /** The value of a control in words. @param {string} key @param {string} [spec] @returns {string} */
  show(key, spec) {
    const c = this.control(key);
    const v = this.values[key];
    if (c.options) return c.options.find(o => o.value === this.offered(c))?.label.replace(/[_`]/g, "") ?? String(v);
    return format(v, spec ?? c.format) + (c.unit ?? "");
  }

  /**
   * What stands in a slot of a text: a number of the scene or a control; null where it is not known.
   * @param {string} slot
   * @returns {string | null}
   */
  lookup(slot) {
    const [name, spec] = slot.split(":");
    const N = this.scene.numbers[name];
    if (!N) return this.controls.has(name) ? this.show(name, spec) : null;
    if (N.text !== undefined) return N.text;
    const exact = N.ref === undefined || (!this.dirty && N.exact !== undefined && N.exact !== null);
    const found = this.reader.array(exact ? N.exact : N.ref, this.values) ?? [NaN];
    const words = Array.from(found, v => format(v, spec ?? N.format));
    if (words.includes(null)) return N.none ?? null;
    return words.length > 1 ? `(${words.join(", ")})` : words[0]; // two numbers are a point
  }
}
