// Rich text, once for HTML and canvas.  _x_ maths italic · `KL` upright maths · **bold** · ^{sup} ~{sub} ·
// {token|coloured} · [slot] a live number · \ escapes.  Text never reaches innerHTML.

const SPECIAL = /[_`*^~{}[\]\\|]/;
const cache = new Map();

export function parse(source) {
  if (cache.has(source)) return cache.get(source);
  const runs = [], tokens = [];
  let italic = false, roman = false, bold = false, level = 0, buffer = "";
  const flush = () => { if (buffer) runs.push({ text: buffer, italic, roman, bold, level, token: tokens.findLast(t => t.name)?.name }); buffer = ""; };
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (!SPECIAL.test(c)) { buffer += c; continue; }
    if (c === "\\") buffer += source[++i] ?? "";
    else if (c === "_") { flush(); italic = !italic; }
    else if (c === "`") { flush(); roman = !roman; }
    else if (c === "*" && source[i + 1] === "*") { flush(); bold = !bold; i++; }
    else if ((c === "^" || c === "~") && source[i + 1] === "{") { flush(); tokens.push({ level }); level = c === "^" ? 1 : -1; i++; }
    else if (c === "{") {
      const bar = source.indexOf("|", i);
      if (bar < 0) { buffer += c; continue; }
      flush(); tokens.push({ name: source.slice(i + 1, bar) }); i = bar;
    } else if (c === "}" && tokens.length) { flush(); const t = tokens.pop(); if (t.level !== undefined) level = t.level; }
    else if (c === "[") {
      const end = source.indexOf("]", i);
      if (end < 0) { buffer += c; continue; }
      flush(); runs.push({ slot: source.slice(i + 1, end), italic, roman, bold, level, token: tokens.findLast(t => t.name)?.name }); i = end;
    } else buffer += c;
  }
  flush();
  for (const r of runs) if (r.token === undefined) delete r.token;
  if (cache.size > 4000) cache.clear();
  cache.set(source, runs);
  return runs;
}

// ---- numbers -------------------------------------------------------------------------------------------------
const minus = s => s.replace("-", "−");
const SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

export function format(value, spec = "2") {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const signed = spec[0] === "+"; if (signed) spec = spec.slice(1);
  const kind = /^[a-z%]/.test(spec) ? spec[0] : "f", n = +(kind === "f" ? spec : spec.slice(1)) || 0;
  let s;
  const grouped = digits => digits.replace(/\B(?=(\d{3})+(?!\d))/g, " ");
  if (kind === "i") s = grouped(Math.round(value).toString());
  else if (kind === "%") s = (100 * value).toFixed(n) + " %";
  else if (kind === "e" || (kind === "g" && value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5))) {
    const [m, e] = value.toExponential(Math.max(0, kind === "g" ? n - 1 : n)).split("e");
    s = `${m} × 10${[...String(+e)].map(c => SUPER[c]).join("")}`;
  } else if (kind === "g" && Math.abs(value) >= 1e4) s = grouped(value.toFixed(0));
  else if (kind === "g") s = value === 0 ? "0" : value.toFixed(Math.max(0, n - 1 - Math.floor(Math.log10(Math.abs(value)))));
  else s = value.toFixed(n);
  if (/^-0\.?0*$/.test(s)) s = s.slice(1);
  return minus(signed && value > 0 ? "+" + s : s);
}

// ---- HTML ----------------------------------------------------------------------------------------------------
export function h(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith("on")) e[k] = v; else if (k === "class") e.className = v; else e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined && c !== false));
  return e;
}

export function icon(path, attributes = {}) {
  const s = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  s.setAttribute("viewBox", "0 0 20 20"); s.setAttribute("class", "ic"); s.setAttribute("aria-hidden", "true");
  const p = document.createElementNS("http://www.w3.org/2000/svg", "path"); p.setAttribute("d", path);
  for (const [k, v] of Object.entries(attributes)) p.setAttribute(k, v);
  s.append(p); return s;
}

/** Append rich text to an element; live numbers are registered in `slots` so that a frame only sets textContent. */
export function rich(element, source, slots) {
  for (const r of parse(source ?? "")) {
    if (!r.slot && !r.italic && !r.roman && !r.bold && !r.level && !r.token) { element.append(r.text); continue; }
    const e = document.createElement(r.level > 0 ? "sup" : r.level < 0 ? "sub" : r.bold ? "b" : "span");
    if (r.italic) e.classList.add("m"); else if (r.roman) e.classList.add("r");
    if (r.token) e.style.color = `var(--t-${r.token}, var(--${r.token}))`;
    if (r.slot) { e.dataset.slot = r.slot; slots?.push({ element: e, slot: r.slot, last: undefined }); } else e.textContent = r.text;
    element.append(e);
  }
  return element;
}

export const plain = (source, lookup) => parse(source ?? "").map(r => (r.slot ? lookup?.(r.slot) ?? "?" : r.text)).join("");

// ---- canvas (and SVG export, which offers the same calls) ------------------------------------------------------
const fontOf = (r, size, weight) => {
  const px = r.level ? size * 0.74 : size;
  return r.italic ? `italic ${px * 1.08}px FisherMath, FisherMain, serif` : r.roman ? `${px * 1.06}px FisherMain, serif` : `${r.bold ? 600 : weight} ${px}px ${font.text}`;
};
export const font = { text: '"Source Sans", sans-serif' };

const widthCache = new Map();                            // measuring text is the dearest part of a label
export const forgetWidths = () => widthCache.clear();    // when a font has arrived
function widthOf(c, css, text) {
  const key = css + "\n" + text;
  let w = widthCache.get(key);
  if (w === undefined) { if (widthCache.size > 3000) widthCache.clear(); c.font = css; widthCache.set(key, (w = c.measureText(text).width)); }
  return w;
}

/** Width in pixels that rich text takes; without a page (in a test) an estimate. */
let ruler;
export function textWidth(source, { size = 13, weight = 400 } = {}, lookup) {
  ruler ??= globalThis.document ? document.createElement("canvas").getContext("2d") : { measureText: t => ({ width: 6.2 * t.length }) };
  return parse(source).reduce((sum, r) => sum + widthOf(ruler, fontOf(r, size, weight), r.slot ? lookup?.(r.slot) ?? "?" : r.text), 0);
}

export function drawText(c, x, y, source, o, lookup) {
  const { size = 13, color, align = "left", weight = 400, casing = 0, behind, tokenColor, rotate = 0 } = o;
  const runs = parse(source).map(r => (r.slot ? { ...r, text: lookup(r.slot) ?? "?" } : r));
  c.save(); c.textBaseline = "alphabetic"; c.textAlign = "left";
  if (rotate) { c.translate(x, y); c.rotate(rotate); x = y = 0; }
  const widths = runs.map(r => widthOf(c, fontOf(r, size, weight), r.text));
  const total = widths.reduce((a, b) => a + b, 0);
  let left = align === "center" ? x - total / 2 : align === "right" ? x - total : x;
  const pass = paint => { let at = left; runs.forEach((r, i) => { c.font = fontOf(r, size, weight); paint(r, at, y - (r.level > 0 ? size * 0.36 : r.level < 0 ? -size * 0.2 : 0)); at += widths[i]; }); };
  if (casing) { c.strokeStyle = behind; c.lineWidth = 2 * casing; c.lineJoin = "round"; c.setLineDash([]); pass((r, at, yy) => c.strokeText(r.text, at, yy)); }
  pass((r, at, yy) => { c.fillStyle = r.token ? tokenColor(r.token) : color; c.fillText(r.text, at, yy); });
  c.restore();
  return total;
}
