// Rich text and numbers, once for HTML and canvas.  _x_ maths italic · `KL` upright maths · **bold** · ^{sup} ~{sub} ·
// {token|coloured} · [slot] a live number · \ escapes.  Text never reaches innerHTML.

/** @typedef {{ italic: boolean, roman: boolean, bold: boolean, level: number, token?: string }} Look */
/**
 * A stretch of text in one look: words, or a slot for a number.
 * @typedef {Look & { text?: string, slot?: string }} Run
 */
/** @typedef {(slot: string) => string | null} Lookup */

const SPECIAL = /[_`*^~{}[\]\\|]/;
/** @type {Map<string, Run[]>} */
const cache = new Map();

/** @param {string} source @returns {Run[]} */
export function parse(source) {
  const known = cache.get(source);
  if (known) return known;
  /** @type {Run[]} */
  const runs = [];
  /** @type {{ name?: string, level?: number }[]} */
  const open = [];
  let italic = false;
  let roman = false;
  let bold = false;
  let level = 0;
  let buffer = "";
  /** @param {{ text?: string, slot?: string }} what */
  const push = what => {
    const token = open.findLast(t => t.name)?.name;
    runs.push({ ...what, italic, roman, bold, level, ...(token === undefined ? {} : { token }) });
  };
  const flush = () => {
    if (buffer) push({ text: buffer });
    buffer = "";
  };
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    const next = source[i + 1];
    const end = c === "{" ? source.indexOf("|", i) : c === "[" ? source.indexOf("]", i) : -1;
    if (!SPECIAL.test(c)) buffer += c;
    else if (c === "\\") buffer += source[++i] ?? "";
    else if (c === "_") {
      flush();
      italic = !italic;
    } else if (c === "`") {
      flush();
      roman = !roman;
    } else if (c === "*" && next === "*") {
      flush();
      bold = !bold;
      i++;
    } else if ((c === "^" || c === "~") && next === "{") {
      flush();
      open.push({ level });
      level = c === "^" ? 1 : -1;
      i++;
    } else if (c === "{" && end >= 0) {
      flush();
      open.push({ name: source.slice(i + 1, end) });
      i = end;
    } else if (c === "}" && open.length) {
      flush();
      level = open.pop()?.level ?? level;
    } else if (c === "[" && end >= 0) {
      flush();
      push({ slot: source.slice(i + 1, end) });
      i = end;
    } else buffer += c;
  }
  flush();
  if (cache.size > 4000) cache.clear();
  cache.set(source, runs);
  return runs;
}

/** The words alone. @param {string | null} [source] @param {Lookup} [lookup] */
export const plain = (source, lookup) =>
  parse(source ?? "")
    .map(r => (r.slot ? (lookup?.(r.slot) ?? "?") : r.text))
    .join("");

// ---- numbers -------------------------------------------------------------------------------------------------
/** @param {string} s */
const minus = s => s.replace("-", "−");
/** @param {string} digits */
const grouped = digits => digits.replace(/\B(?=(\d{3})+(?!\d))/g, " ");
/** @param {number} e */
const raised = e => [...String(e)].map(c => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");

/**
 * A number as it is written: "2" two decimals, "g3" three digits, "e2" a power of ten, "%1", "i" whole; "+" before
 * it: signed.
 * @param {number | null} [value]
 * @param {string} [spec]
 * @returns {string | null} null where there is none
 */
export function format(value, spec = "2") {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const signed = spec[0] === "+";
  if (signed) spec = spec.slice(1);
  const kind = /^[a-z%]/.test(spec) ? spec[0] : "f";
  const n = +(kind === "f" ? spec : spec.slice(1)) || 0;
  const size = Math.abs(value);
  let s;
  if (kind === "i") s = grouped(Math.round(value).toString());
  else if (kind === "%") s = (100 * value).toFixed(n) + " %";
  else if (kind === "e" || (kind === "g" && value !== 0 && (size < 1e-3 || size >= 1e5))) {
    const [m, e] = value.toExponential(Math.max(0, kind === "g" ? n - 1 : n)).split("e");
    s = `${m} × 10${raised(+e)}`;
  } else if (kind === "g" && size >= 1e4) s = grouped(value.toFixed(0));
  else if (kind === "g") s = value === 0 ? "0" : value.toFixed(Math.max(0, n - 1 - Math.floor(Math.log10(size))));
  else s = value.toFixed(n);
  if (/^-0\.?0*$/.test(s)) s = s.slice(1);
  return minus(signed && value > 0 ? "+" + s : s);
}
