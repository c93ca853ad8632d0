// Rich text on a canvas, or on SVG, which offers the same calls: how wide it is, how it is broken into lines, written.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./text.js")} */
const { parse } = await import(`./text.js${version}`);

export const font = { text: '"Source Sans", sans-serif' };

/** @param {import("./text.js").Look} r @param {number} size @param {number} weight */
function fontOf(r, size, weight) {
  const px = r.level ? size * 0.74 : size;
  if (r.italic) return `italic ${px * 1.08}px FisherMath, FisherMain, serif`;
  if (r.roman) return `${px * 1.06}px FisherMain, serif`;
  return `${r.bold ? 600 : weight} ${px}px ${font.text}`;
}

/** @typedef {{ font: string, measureText(text: string): { width: number } }} Ruler */
/** @type {Ruler | undefined} */
let ruler;
/**
 * What measures text: a canvas, or, without a page (in a test), an estimate by the size of the font.
 * @returns {Ruler}
 */
export function rulerOf() {
  ruler ??= (globalThis.document && document.createElement("canvas").getContext("2d")) || {
    font: "13px",
    measureText(text) {
      return { width: 0.48 * Number(/([\d.]+)px/.exec(this.font)?.[1] ?? 13) * text.length };
    },
  };
  return ruler;
}

/** Measuring text is the dearest part of a label. @type {Map<string, number>} */
const widthCache = new Map();
/** When a font has arrived. */
export const forgetWidths = () => widthCache.clear();

/** @param {Ruler} c @param {string} css @param {string} text */
function widthOf(c, css, text) {
  const key = css + "\n" + text;
  let w = widthCache.get(key);
  if (w === undefined) {
    if (widthCache.size > 3000) widthCache.clear();
    c.font = css;
    widthCache.set(key, (w = c.measureText(text).width));
  }
  return w;
}

/** A stretch of words. @typedef {import("./text.js").Look & { text: string }} Words */

/**
 * Rich text with its numbers.
 * @param {string} source
 * @param {import("./text.js").Lookup} [lookup]
 * @returns {Words[]}
 */
export const spoken = (source, lookup) =>
  parse(source).map(r => ({ ...r, text: (r.slot ? lookup?.(r.slot) : r.text) ?? "?" }));

/** @param {Words[]} runs @param {{ size?: number, weight?: number }} [look] @param {Ruler} [c] */
const widthsOf = (runs, { size = 13, weight = 400 } = {}, c = rulerOf()) =>
  runs.map(r => widthOf(c, fontOf(r, size, weight), r.text));

/** @param {Words[]} runs @param {{ size?: number, weight?: number }} [look] */
export const runsWidth = (runs, look) => widthsOf(runs, look).reduce((a, b) => a + b, 0);

/**
 * Width in pixels that rich text takes.
 * @param {string} source
 * @param {{ size?: number, weight?: number }} [look]
 * @param {import("./text.js").Lookup} [lookup]
 */
export const textWidth = (source, look, lookup) => runsWidth(spoken(source, lookup), look);

/**
 * Lines of at most `width` pixels, broken between words.
 * @param {Words[]} runs
 * @param {number} width
 * @param {{ size?: number, weight?: number }} [look]
 */
export function wrapped(runs, width, look) {
  const pieces = runs.flatMap(r => (r.text.match(/\S+\s*|\s+/g) ?? []).map(text => ({ ...r, text })));
  /** @type {Words[][]} */
  const words = []; // of pieces that no space parts
  for (const piece of pieces) {
    const last = words.at(-1)?.at(-1);
    if (last && !/\s$/.test(last.text) && !/^\s/.test(piece.text)) words.at(-1)?.push(piece);
    else words.push([piece]);
  }
  /** @type {Words[][]} */
  const lines = [[]];
  let used = 0;
  for (const word of words) {
    const w = runsWidth(word, look);
    if (used > 0 && used + runsWidth(trimmed(word), look) > width) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(...word);
    used += w;
  }
  return lines.map(joined);
}
/** Neighbours in one look as one. @param {Words[]} line @returns {Words[]} */
function joined(line) {
  /** @type {Words[]} */
  const runs = [];
  for (const r of line) {
    const last = runs.at(-1);
    const same = last && JSON.stringify({ ...last, text: "" }) === JSON.stringify({ ...r, text: "" });
    if (same) runs[runs.length - 1] = { ...last, text: last.text + r.text };
    else runs.push(r);
  }
  return runs;
}
/** Without the spaces at the end. @param {Words[]} word */
const trimmed = word => word.map((r, i) => (i === word.length - 1 ? { ...r, text: r.text.trimEnd() } : r));

/** @typedef {import("./types").Words & { color: string, tokenColor: (name: string) => string }} Ink */

/**
 * Write rich text; returns its width.
 * @param {import("./types").Context} c
 * @param {number} x
 * @param {number} y
 * @param {string} source
 * @param {Ink} o
 * @param {import("./text.js").Lookup} lookup
 */
export const drawText = (c, x, y, source, o, lookup) => drawRuns(c, x, y, spoken(source, lookup), o);

/**
 * Write words; returns their width.
 * @param {import("./types").Context} c
 * @param {number} x
 * @param {number} y
 * @param {Words[]} runs
 * @param {Ink} o
 */
export function drawRuns(c, x, y, runs, o) {
  const { size = 13, color, align = "left", weight = 400, casing = 0, behind = "", tokenColor, rotate = 0 } = o;
  c.save();
  c.textBaseline = "alphabetic";
  c.textAlign = "left";
  if (rotate) {
    c.translate(x, y);
    c.rotate(rotate);
    x = y = 0;
  }
  const widths = widthsOf(runs, { size, weight }, c);
  const total = widths.reduce((a, b) => a + b, 0);
  const left = align === "center" ? x - total / 2 : align === "right" ? x - total : x;
  /** @param {(r: typeof runs[0], x: number, y: number) => void} paint */
  const pass = paint => {
    let at = left;
    runs.forEach((r, i) => {
      c.font = fontOf(r, size, weight);
      paint(r, at, y - (r.level > 0 ? size * 0.36 : r.level < 0 ? -size * 0.2 : 0));
      at += widths[i];
    });
  };
  if (casing) {
    c.strokeStyle = behind;
    c.lineWidth = 2 * casing;
    c.lineJoin = "round";
    c.setLineDash([]);
    pass((r, at, yy) => c.strokeText(r.text, at, yy));
  }
  pass((r, at, yy) => {
    c.fillStyle = r.token ? tokenColor(r.token) : color;
    c.fillText(r.text, at, yy);
  });
  c.restore();
  return total;
}
