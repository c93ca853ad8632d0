// A page to take away: title, each panel with its caption, the formula with its numbers, and where it is from;
// drawn by the painter of the stage on a canvas or as SVG.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../writing.js")} */
const { drawRuns, font, spoken, wrapped } = await import(`../writing.js${version}`);
/** @type {typeof import("../painter.js")} */
const { paint } = await import(`../painter.js${version}`);
/** @type {typeof import("../environment.js")} */
const { environment } = await import(`../environment.js${version}`);
/** @type {typeof import("./svg.js")} */
const { SvgContext, esc } = await import(`./svg.js${version}`);
/** @type {typeof import("../fonts.js")} */
const { embedded } = await import(`../fonts.js${version}`);
/** @type {typeof import("./layout.js")} */
const { arrange } = await import(`./layout.js${version}`);
/** @type {typeof import("./tables.js")} */
const { cellBlocks, flow, formulaBlocks, inkOf } = await import(`./tables.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").View} View */
/** @typedef {import("../types").Context} Context */
/** @typedef {{ title: string, w: number, h: number, draw: (c: Context) => void }} Page */

const WIDTH = { all: 860, one: 560 }; // text of 13 px on a page of this width is read from the back of a room
const MARGIN = 24;
const LINE = 19;
const CAPTION = { size: 14 };
const TITLE = { size: 20, weight: 600 };

/** What a page says of where it is from: no address of a machine. @param {Stage} stage */
export function origin(stage) {
  const { slug, link } = stage.data;
  const { seed } = stage.values;
  const asked = new URLSearchParams(link ?? "");
  asked.delete("seed");
  const query = decodeURIComponent(asked.toString());
  return `Fisher Lab · ${slug}${query ? "?" + query : ""}${seed === undefined ? "" : ` · seed ${seed}`}`;
}

/** A caption without what it asks a hand to do. @param {View} v */
const captionOf = v => v.caption.replace(/(^|\s)(Drag|Tap|Click|Pick|Hover)\b[^.:]*(?:\.(?=\s|$)|:\s)/g, "$1").trim();

/** A view as it is taken away: without what only a hand or a question needs. @param {View} view @returns {View} */
const still = view => ({
  ...view,
  layers: view.layers.filter(
    L => L.kind !== "handle" && L.kind !== "veil" && !(L.kind === "label" && /hidden until|^you commit/.test(L.text)),
  ),
});

/** One panel, or all of them. @param {Stage} stage @param {string} [only] @returns {Page} */
export function pageOf(stage, only) {
  /** @type {(slot: string) => string | null} */
  const lookup = s => stage.lookup(s);
  const ink = inkOf(stage);
  const inner = only === undefined ? WIDTH.all : WIDTH.one;
  const env = environment(stage);
  env.guesses = key =>
    environment(stage)
      .guesses(key)
      .filter(m => m.kind !== "option");
  env.handleX = undefined;
  env.phone = false;
  env.memory = new Map();
  /** @param {string} source @param {number} width @param {{ size: number, weight?: number }} look */
  const lines = (source, width, look) => (source ? wrapped(spoken(source, lookup), width, look) : []);
  /** @param {View} v @param {number} w */
  const body = (v, w) => (v.kind === "table" ? flow(cellBlocks(stage, v), w).h : v.height);
  /** @param {string} id @param {number} w */
  const heightOf = (id, w) => {
    const v = stage.view(id);
    return v ? lines(captionOf(v), w, CAPTION).length * LINE + 6 + body(v, w) : 0;
  };
  const layout = only === undefined ? stage.scene.layout : { columns: "1fr", areas: [only] };
  const { cells, height } = arrange(layout, heightOf, inner);
  const title = lines(stage.data.claim, inner, TITLE);
  const formula = only === undefined ? flow(formulaBlocks(stage), inner) : flow([], inner);
  const top = MARGIN + title.length * 27 + 6;
  const foot = top + height + (formula.h ? 20 : 0);
  const h = foot + formula.h + 22 + MARGIN;
  /** @param {Context} c */
  const draw = c => {
    title.forEach((runs, i) => drawRuns(c, MARGIN, MARGIN + 18 + 27 * i, runs, { ...ink, ...TITLE }));
    for (const { id, x, y, w } of cells) {
      const view = stage.view(id);
      if (!view) continue;
      const caption = lines(captionOf(view), w, CAPTION);
      const soft = { ...ink, ...CAPTION, color: ink.tokenColor("ink2") };
      caption.forEach((runs, i) => drawRuns(c, MARGIN + x, top + y + 14 + LINE * i, runs, soft));
      const below = top + y + caption.length * LINE + 6;
      if (view.kind === "table") flow(cellBlocks(stage, view), w).draw({ c, stage }, MARGIN + x, below);
      else {
        c.save();
        c.translate(MARGIN + x, below);
        paint(still(view), c, w, view.height, env);
        c.restore();
      }
    }
    formula.draw({ c, stage }, MARGIN, foot);
    const words = { ...ink, size: 12, color: ink.tokenColor("ink3") };
    drawRuns(c, MARGIN, h - MARGIN + 4, spoken(origin(stage).replace(/[_`*^~{}[\]\\]/g, "\\$&")), words);
  };
  return { title: title.map(l => l.map(r => r.text).join("")).join(""), w: inner + 2 * MARGIN, h, draw };
}

/** As SVG, with the fonts of formulas in it. @param {Page} page @param {string} paper */
export async function svgOf({ title, w, h, draw }, paper) {
  const c = new SvgContext();
  draw(/** @type {any} */ (c));
  const size = `width="${2 * w}" height="${Math.round(2 * h)}" viewBox="0 0 ${w} ${Math.round(h)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="${esc(font.text)}">`,
    `<title>${esc(title)}</title><style>${await embedded()}</style>`,
    `<rect width="100%" height="100%" fill="${paper}"/>`,
    ...c.body,
    "</svg>",
  ].join("\n");
}

/** As PNG, some 2000 pixels wide. @param {Page} page @param {string} paper @returns {Promise<Blob>} */
export function pngOf({ w, h, draw }, paper) {
  const ratio = 2000 / w;
  const canvas = document.createElement("canvas");
  canvas.width = 2000;
  canvas.height = Math.round(h * ratio);
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  c.scale(ratio, ratio);
  draw(c);
  c.globalCompositeOperation = "destination-over";
  c.fillStyle = paper;
  c.fillRect(0, 0, w, h);
  return new Promise((done, fail) => canvas.toBlob(b => (b ? done(b) : fail(new Error("no picture")))));
}
