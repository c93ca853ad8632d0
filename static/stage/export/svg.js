// The part of CanvasRenderingContext2D that the painter uses, writing SVG: one painter, two outputs.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../writing.js")} */
const { rulerOf } = await import(`../writing.js${version}`);

const ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);
/** @param {unknown} s */
export const esc = s => String(s).replace(/[&<>"]/g, c => ENTITIES.get(c) ?? c);
/** @param {number} v */
const n = v => +v.toFixed(2);

/** What a canvas keeps with save(). */
const START = {
  fillStyle: "#000",
  strokeStyle: "#000",
  lineWidth: 1,
  globalAlpha: 1,
  font: "13px sans-serif",
  textAlign: "left",
  textBaseline: "alphabetic",
  lineJoin: "miter",
  lineCap: "butt",
  dash: /** @type {number[]} */ ([]),
  clip: "",
  tx: 0,
  ty: 0,
  rot: 0,
};
/** @typedef {typeof START} State */

export class SvgContext {
  /** @param {string} [name] what the names of its clips begin with, so that several fit in one document */
  constructor(name = "c") {
    this.name = name;
    /** @type {string[]} */
    this.body = [];
    /** @type {State[]} */
    this.stack = [];
    /** @type {State} */
    this.state = { ...START };
    this.d = "";
    this.clips = 0;
  }

  save() {
    this.stack.push({ ...this.state });
  }
  restore() {
    this.state = this.stack.pop() ?? this.state;
  }
  /** @param {number[]} d */
  setLineDash(d) {
    this.state.dash = d;
  }
  /** @param {number} x @param {number} y */
  translate(x, y) {
    this.state.tx += x;
    this.state.ty += y;
  }
  /** @param {number} a */
  rotate(a) {
    this.state.rot += a;
  }
  setTransform() {}
  clearRect() {}

  beginPath() {
    this.d = "";
  }
  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.d += `M${n(x)} ${n(y)}`;
  }
  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.d += `L${n(x)} ${n(y)}`;
  }
  closePath() {
    this.d += "Z";
  }
  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  rect(x, y, w, h) {
    this.d += `M${n(x)} ${n(y)}h${n(w)}v${n(h)}h${n(-w)}Z`;
  }
  /** A whole circle. @param {number} x @param {number} y @param {number} r */
  arc(x, y, r) {
    this.d += `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0Z`;
  }

  /** Where it is drawn, through which clip, how opaque. */
  get wrap() {
    const { tx, ty, rot, clip, globalAlpha } = this.state;
    const turn = rot ? ` rotate(${n((rot * 180) / Math.PI)})` : "";
    const moved = tx || ty || rot ? ` transform="translate(${n(tx)} ${n(ty)})${turn}"` : "";
    return moved + (clip ? ` clip-path="url(#${clip})"` : "") + (globalAlpha < 1 ? ` opacity="${globalAlpha}"` : "");
  }
  get pen() {
    const s = this.state;
    return `fill="none" stroke="${s.strokeStyle}" stroke-width="${s.lineWidth}" stroke-linejoin="${s.lineJoin}"`;
  }
  stroke() {
    const { dash } = this.state;
    const dashes = dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : "";
    this.body.push(`<path d="${this.d}" ${this.pen}${dashes}${this.wrap}/>`);
  }
  fill() {
    this.body.push(`<path d="${this.d}" fill="${this.state.fillStyle}"${this.wrap}/>`);
  }
  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  fillRect(x, y, w, h) {
    const { d } = this;
    this.d = "";
    this.rect(x, y, w, h);
    this.fill();
    this.d = d;
  }
  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  strokeRect(x, y, w, h) {
    const { d } = this;
    this.d = "";
    this.rect(x, y, w, h);
    this.stroke();
    this.d = d;
  }
  /** A clip within the present one. */
  clip() {
    const id = `${this.name}${++this.clips}`;
    const within = this.state.clip ? ` clip-path="url(#${this.state.clip})"` : "";
    this.body.push(`<clipPath id="${id}"${within}><path d="${this.d}"/></clipPath>`);
    this.state.clip = id;
  }

  /** @param {string} t */
  measureText(t) {
    const ruler = rulerOf();
    ruler.font = this.state.font;
    return ruler.measureText(t);
  }
  /**
   * Text as wide as it was measured here, whatever font it is shown in.
   * @param {string} t
   * @param {number} x
   * @param {number} y
   * @param {string} paint
   */
  text(t, x, y, paint) {
    if (!t.trim()) return;
    const width = n(this.measureText(t).width);
    const length = width > 0 ? ` textLength="${width}" lengthAdjust="spacingAndGlyphs"` : "";
    const place = `x="${n(x)}" y="${n(y)}"${length}`;
    this.body.push(
      `<text ${place} style="font:${esc(this.state.font)};white-space:pre" ${paint}${this.wrap}>${esc(t)}</text>`,
    );
  }
  /** @param {string} t @param {number} x @param {number} y */
  fillText(t, x, y) {
    this.text(t, x, y, `fill="${this.state.fillStyle}"`);
  }
  /** @param {string} t @param {number} x @param {number} y */
  strokeText(t, x, y) {
    this.text(t, x, y, this.pen);
  }
}

const PROPERTIES = /** @type {const} */ ([
  "fillStyle",
  "strokeStyle",
  "lineWidth",
  "globalAlpha",
  "font",
  "textAlign",
  "textBaseline",
  "lineJoin",
  "lineCap",
]);
for (const k of PROPERTIES)
  Object.defineProperty(SvgContext.prototype, k, {
    get() {
      return this.state[k];
    },
    set(v) {
      this.state[k] = v;
    },
  });
