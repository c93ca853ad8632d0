// Where the views of a scene stand on an exported page: as on a desk, whatever screen it was taken from.

/** @typedef {{ id: string, x: number, y: number, w: number, h: number }} Cell */

const GAP = 28;

/**
 * The widths of CSS columns: fixed ones as they are (of two ends the wider), the rest shared.
 * @param {string} columns
 * @param {number} width
 */
export function widths(columns, width) {
  const tracks = columns.match(/[a-z-]+\([^()]*\)|\S+/g) ?? ["1fr"];
  const fixed = tracks.map(t => (/fr\b/.test(t) ? NaN : Number(/([\d.]+)px(?!.*px)/.exec(t)?.[1] ?? NaN)));
  const weights = tracks.map((t, i) => (Number.isNaN(fixed[i]) ? Number(/([\d.]+)fr/.exec(t)?.[1] ?? 1) : 0));
  const free = width - GAP * (tracks.length - 1) - fixed.reduce((sum, f) => sum + (f || 0), 0);
  const share = free / (weights.reduce((a, b) => a + b, 0) || 1);
  return tracks.map((_, i) => fixed[i] || weights[i] * share);
}

/**
 * @param {{ columns: string, areas: string[] }} layout
 * @param {(id: string, width: number) => number} heightOf what a view takes at a width
 * @param {number} width of the page
 * @returns {{ cells: Cell[], height: number }}
 */
export function arrange({ columns, areas }, heightOf, width) {
  const rows = areas.map(a => a.split(" "));
  const across = widths(columns, width);
  const lefts = across.map((_, i) => across.slice(0, i).reduce((a, b) => a + b + GAP, 0));
  const ids = [...new Set(rows.flat())].filter(id => id !== "." && id !== "player");
  const spans = ids.map(id => {
    const within = rows.flatMap((r, i) => (r.includes(id) ? [i] : []));
    const first = rows[within[0]];
    const [from, to] = [first.indexOf(id), first.lastIndexOf(id)];
    const w = lefts[to] + across[to] - lefts[from];
    return { id, top: within[0], bottom: within[within.length - 1], x: lefts[from], w, h: heightOf(id, w) };
  });
  // Rows as high as what stands in them needs; of several, the last one gives way.
  const heights = rows.map(() => 0);
  for (const s of spans.filter(s => s.h > 0).sort((a, b) => a.bottom - a.top - (b.bottom - b.top))) {
    const has = heights.slice(s.top, s.bottom + 1).reduce((a, b) => a + b + GAP, -GAP);
    heights[s.bottom] += Math.max(0, s.h - has);
  }
  const tops = heights.map((_, i) => heights.slice(0, i).reduce((a, b) => a + (b ? b + GAP : 0), 0));
  const cells = spans.filter(s => s.h > 0).map(({ id, top, x, w, h }) => ({ id, x, y: tops[top], w, h }));
  return { cells, height: Math.max(0, ...cells.map(c => c.y + c.h)) };
}
