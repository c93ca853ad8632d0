// The part of CanvasRenderingContext2D that the painter uses, writing SVG: one painter, two outputs.
const esc = s => String(s).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const n = v => +v.toFixed(2);

export class SvgContext {
  constructor(width, height) {
    this.width = width; this.height = height; this.body = []; this.stack = []; this.d = ""; this.clips = 0;
    this.state = { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, globalAlpha: 1, font: "13px sans-serif", textAlign: "left", lineJoin: "miter", lineCap: "butt", dash: [], clip: "", tx: 0, ty: 0, rot: 0 };
    this.ruler = document.createElement("canvas").getContext("2d");
    for (const k of ["fillStyle", "strokeStyle", "lineWidth", "globalAlpha", "font", "textAlign", "textBaseline", "lineJoin", "lineCap"])
      Object.defineProperty(this, k, { get: () => this.state[k], set: v => { this.state[k] = v; } });
  }
  save() { this.stack.push({ ...this.state }); }
  restore() { this.state = this.stack.pop() ?? this.state; }
  setLineDash(d) { this.state.dash = d; }
  translate(x, y) { this.state.tx += x; this.state.ty += y; }
  rotate(a) { this.state.rot += a; }
  setTransform() {} clearRect() {}
  beginPath() { this.d = ""; }
  moveTo(x, y) { this.d += `M${n(x)} ${n(y)}`; }
  lineTo(x, y) { this.d += `L${n(x)} ${n(y)}`; }
  closePath() { this.d += "Z"; }
  rect(x, y, w, h) { this.d += `M${n(x)} ${n(y)}h${n(w)}v${n(h)}h${n(-w)}Z`; }
  arc(x, y, r) { this.d += `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0Z`; }
  get wrap() { const s = this.state, t = s.tx || s.ty || s.rot ? ` transform="translate(${n(s.tx)} ${n(s.ty)}) rotate(${n(s.rot * 180 / Math.PI)})"` : ""; return `${t}${s.clip ? ` clip-path="url(#${s.clip})"` : ""}${s.globalAlpha < 1 ? ` opacity="${s.globalAlpha}"` : ""}`; }
  stroke() { const s = this.state; this.body.push(`<path d="${this.d}" fill="none" stroke="${s.strokeStyle}" stroke-width="${s.lineWidth}" stroke-linejoin="${s.lineJoin}"${s.dash.length ? ` stroke-dasharray="${s.dash.join(" ")}"` : ""}${this.wrap}/>`); }
  fill() { this.body.push(`<path d="${this.d}" fill="${this.state.fillStyle}"${this.wrap}/>`); }
  fillRect(x, y, w, h) { const d = this.d; this.d = ""; this.rect(x, y, w, h); this.fill(); this.d = d; }
  strokeRect(x, y, w, h) { const d = this.d; this.d = ""; this.rect(x, y, w, h); this.stroke(); this.d = d; }
  clip() { const id = `c${++this.clips}`; this.body.push(`<clipPath id="${id}"><path d="${this.d}"/></clipPath>`); this.state.clip = id; }
  measureText(t) { this.ruler.font = this.font; return this.ruler.measureText(t); }
  text(t, x, y, paint) { this.body.push(`<text x="${n(x)}" y="${n(y)}" style="font:${esc(this.font)};white-space:pre" ${paint}${this.wrap}>${esc(t)}</text>`); }
  fillText(t, x, y) { this.text(t, x, y, `fill="${this.state.fillStyle}"`); }
  strokeText(t, x, y) { this.text(t, x, y, `fill="none" stroke="${this.state.strokeStyle}" stroke-width="${this.state.lineWidth}" stroke-linejoin="round"`); }
  document(title, background) { return `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" viewBox="0 0 ${this.width} ${this.height}" role="img"><title>${esc(title)}</title><rect width="100%" height="100%" fill="${background}"/>${this.body.join("\n")}</svg>`; }
}
