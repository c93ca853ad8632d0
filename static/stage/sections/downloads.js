// Taking away: the figure or one panel of it, as SVG or PNG, by the painter that shows it; the data as CSV.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../text.js")} */
const { plain } = await import(`../text.js${version}`);
/** @type {typeof import("../dom.js")} */
const { h } = await import(`../dom.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */

/** Loaded when something is taken. @returns {Promise<typeof import("../export/page.js")>} */
const page = () => import(`../export/page.js${version}`);

/** What there is to take, and how. @param {Stage} stage @returns {[string, () => void][]} */
export function downloads(stage) {
  const views = stage.scene.refused ? [] : stage.scene.views;
  /** @param {string} words @param {string} [id] @returns {[string, () => void][]} */
  const pictures = (words, id) => [
    [`${words}, SVG`, () => take(stage, "svg", id)],
    [`${words}, PNG`, () => take(stage, "png", id)],
  ];
  const panels = views.length > 1 ? views.flatMap((v, i) => pictures(`Panel ${i + 1}`, v.id)) : [];
  return [...pictures("Figure"), ...panels, ["Data, CSV", () => save(stage, "csv", "text/csv", csv(stage, views))]];
}

/** @param {Stage} stage @param {"svg" | "png"} kind @param {string} [id] */
async function take(stage, kind, id) {
  const { pageOf, pngOf, svgOf } = await page();
  const picture = pageOf(stage, id);
  const paper = stage.T.mark.page;
  if (kind === "svg") save(stage, "svg", "image/svg+xml", await svgOf(picture, paper), id);
  else save(stage, "png", "image/png", await pngOf(picture, paper), id);
}

/** @param {Stage} stage @param {string} kind @param {string} type @param {BlobPart} content @param {string} [id] */
function save(stage, kind, type, content, id) {
  const name = `fisher-lab-${stage.data.slug}${id === undefined ? "" : "-" + id}.${kind}`;
  const a = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

/** @param {unknown} v */
const quote = v =>
  v === null || v === undefined ? "" : typeof v === "number" ? String(v) : `"${String(v).replaceAll('"', '""')}"`;

/**
 * The tables of the figure, each below its caption and what its axes show, with their units; a spreadsheet reads
 * the mark at the beginning as UTF-8.
 * @param {Stage} stage
 * @param {import("../types").View[]} views
 */
function csv(stage, views) {
  /** @param {string} [s] */
  const words = s => plain(s, slot => stage.lookup(slot));
  const { link, slug } = stage.data;
  const lines = [quote(`Fisher Lab · ${slug}${link ? "?" + link : ""}`)];
  for (const { caption, table, x, y } of views) {
    if (!table) continue;
    const axes = [x?.label && `across: ${words(x.label)}`, y?.label && `up: ${words(y.label)}`].filter(Boolean);
    const rows = (table.all ?? table.rows).map(r => r.map(quote).join(","));
    lines.push("", quote(words(caption)), ...(axes.length ? [axes.map(quote).join(",")] : []));
    lines.push(table.columns.map(c => quote(words(c))).join(","), ...rows);
  }
  return "\ufeff" + lines.join("\r\n") + "\r\n";
}
