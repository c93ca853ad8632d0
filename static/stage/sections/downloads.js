// Taking away: the figure as SVG or PNG, by the painter that shows it; its data as CSV.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../text.js")} */
const { plain } = await import(`../text.js${version}`);
/** @type {typeof import("../dom.js")} */
const { h } = await import(`../dom.js${version}`);
/** @type {typeof import("../painter.js")} */
const { paint } = await import(`../painter.js${version}`);
/** @type {typeof import("../environment.js")} */
const { environment } = await import(`../environment.js${version}`);
/** @type {typeof import("../svg.js")} */
const { SvgContext, esc } = await import(`../svg.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */

/** What there is to take, and how. @param {Stage} stage @returns {[string, () => void][]} */
export const downloads = stage => [
  ["Figure, SVG", () => save(stage, "svg", new Blob([figure(stage).svg], { type: "image/svg+xml" }))],
  ["Figure, PNG", () => raster(figure(stage)).then(blob => save(stage, "png", blob))],
  ["Data, CSV", () => save(stage, "csv", new Blob([csv(stage)], { type: "text/csv" }))],
];

/** @param {Stage} stage @param {string} kind @param {Blob} blob */
function save(stage, kind, blob) {
  const a = h("a", { href: URL.createObjectURL(blob), download: `fisher-lab-${stage.data.slug}.${kind}` });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

/** @param {Stage} stage */
function footer(stage) {
  const { seed } = stage.values;
  const address = `${location.origin}${location.pathname}${stage.data.link ? "?" + stage.data.link : ""}`;
  return `Fisher Lab · ${address}${seed === undefined ? "" : ` · seed ${seed}`}`;
}

/** The views as they stand beside each other on screen. @param {Stage} stage */
function figure(stage) {
  const boxes = [...stage.canvases].map(([id, canvas]) => ({ id, box: canvas.getBoundingClientRect() }));
  const left = Math.min(...boxes.map(({ box }) => box.left));
  const top = Math.min(...boxes.map(({ box }) => box.top));
  const w = Math.max(...boxes.map(({ box }) => box.right)) - left;
  const ht = Math.max(...boxes.map(({ box }) => box.bottom)) - top + 60;
  const { mark: T } = stage.T;
  const title = plain(stage.data.claim, s => stage.lookup(s));
  const frame = new SvgContext();
  Object.assign(frame, { font: '600 16px "Source Sans", sans-serif', fillStyle: T.ink });
  frame.fillText(title, 0, 18);
  Object.assign(frame, { font: '11px "Source Sans", sans-serif', fillStyle: T.ink3 });
  frame.fillText(footer(stage), 0, ht - 6);
  for (const { id, box } of boxes) {
    const view = stage.view(id);
    if (!view) continue;
    const c = new SvgContext(`${id}c`);
    paint(view, /** @type {any} */ (c), box.width, box.height, environment(stage));
    frame.body.push(`<g transform="translate(${box.left - left} ${box.top - top + 34})">${c.body.join("")}</g>`);
  }
  const size = `width="${w}" height="${ht}" viewBox="0 0 ${w} ${ht}"`;
  const page = `<rect width="100%" height="100%" fill="${T.page}"/>`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><title>${esc(title)}</title>${page}`;
  return { svg: `${head}${frame.body.join("\n")}</svg>`, w, ht };
}

/** @param {{ svg: string, w: number, ht: number }} picture @returns {Promise<Blob>} */
async function raster({ svg, w, ht }) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = h("canvas", { width: 2 * w, height: 2 * ht });
  canvas.getContext("2d")?.drawImage(image, 0, 0, 2 * w, 2 * ht);
  URL.revokeObjectURL(image.src);
  return new Promise((done, fail) => canvas.toBlob(b => (b ? done(b) : fail(new Error("no picture")))));
}

/** @param {Stage} stage */
function csv(stage) {
  /** @param {unknown} v */
  const quote = v =>
    v === null || v === undefined ? "" : typeof v === "number" ? String(v) : `"${String(v).replaceAll('"', '""')}"`;
  const lines = [`"${footer(stage)}"`];
  for (const { caption, table } of stage.scene.views) {
    if (!table) continue;
    const rows = (table.all ?? table.rows).map(r => r.map(quote).join(","));
    const title = quote(plain(caption, s => stage.lookup(s)));
    lines.push("", title, table.columns.map(c => quote(plain(c))).join(","), ...rows);
  }
  return lines.join("\n");
}
