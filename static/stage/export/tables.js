// Formulas, tables and matrices, drawn: what stands beside a figure on the page, for taking away.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../writing.js")} */
const { drawRuns, runsWidth, spoken } = await import(`../writing.js${version}`);
/** @type {typeof import("../painter/symbols.js")} */
const { mark } = await import(`../painter/symbols.js${version}`);
/** @type {typeof import("../painter/pen.js")} */
const { DASH } = await import(`../painter/pen.js${version}`);

/** @typedef {import("../types").Context} Context */
/** @typedef {import("../types").Cell} Cell */
/** What draws words and samples of lines. @typedef {{ c: Context, stage: import("../stage.js").Stage }} Sheet */
/** @typedef {{ w: number, h: number, draw: (sheet: Sheet, x: number, y: number) => void }} Block */

const SIZE = 14;
const ROW = 25;
const SPACE = 14; // between columns
const GLYPH = 52; // a sample of a line

/** @param {Sheet["stage"]} stage @returns {import("../writing.js").Ink} */
export const inkOf = stage => ({
  color: stage.T.text.ink ?? stage.T.mark.ink,
  tokenColor: n => stage.T.text[n] ?? stage.T.mark[n] ?? stage.T.mark.ink2,
});

/** @param {Cell} cell @param {Sheet["stage"]} stage */
function read(cell, stage) {
  const glyph = cell && typeof cell === "object" ? cell.glyph : undefined;
  const given = (cell && typeof cell === "object" ? cell.text : cell) ?? "";
  const source = given.replaceAll("hidden until you commit", "…"); // nobody can commit on paper
  const runs = spoken(source, s => stage.lookup(s));
  return { glyph, runs, w: (glyph ? GLYPH : 0) + runsWidth(runs, { size: SIZE }) };
}

/** A sample of a line with its mark. @param {Sheet} sheet @param {string} name @param {number} x @param {number} y */
function sample({ c, stage }, name, x, y) {
  const S = stage.data.styles[name];
  const colour = stage.T.mark[S.token ?? "ink2"];
  c.save();
  c.strokeStyle = colour;
  c.lineWidth = S.width ?? 2;
  c.setLineDash(DASH[S.dash ?? "solid"] ?? []);
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(x + 36, y);
  c.stroke();
  c.restore();
  mark(c, S.symbol ?? "cross", x + 37, y, 4.5, colour, stage.T.mark.page, { fill: !S.hollow, casing: 1 });
}

/**
 * Rows of cells, in columns; the first row is a head where there is one.
 * @param {Sheet["stage"]} stage
 * @param {Cell[][]} rows
 * @param {{ head?: boolean, align?: string[], brackets?: boolean }} look
 * @returns {Block}
 */
export function block(stage, rows, { head = false, align = [], brackets = false }) {
  const cells = rows.map(r => r.map(c => read(c, stage)));
  const n = Math.max(0, ...cells.map(r => r.length));
  const widths = Array.from({ length: n }, (_, i) => Math.max(0, ...cells.map(r => r[i]?.w ?? 0)));
  const inset = brackets ? 9 : 0;
  const w = widths.reduce((a, b) => a + (b ? b + SPACE : 0), -SPACE) + 2 * inset;
  const h = rows.length * ROW;
  return {
    w,
    h,
    draw(sheet, x, y) {
      const { c } = sheet;
      let left = x + inset;
      widths.forEach((width, i) => {
        cells.forEach((row, k) => {
          const cell = row[i];
          if (!cell) return;
          const side = align[i] ?? (brackets ? "right" : "left");
          const at = side === "right" ? left + width - cell.w : side === "center" ? left + (width - cell.w) / 2 : left;
          const base = y + k * ROW + 17;
          if (cell.glyph) sample(sheet, cell.glyph, at, base - 4.5);
          const ink = inkOf(stage);
          const color = head && k === 0 ? ink.tokenColor("ink3") : ink.color;
          drawRuns(c, at + (cell.glyph ? GLYPH : 0), base, cell.runs, { ...ink, color, size: SIZE });
        });
        left += width ? width + SPACE : 0;
      });
      c.save();
      c.strokeStyle = stage.T.mark[brackets ? "ink2" : "hair"];
      c.lineWidth = 1;
      c.beginPath();
      if (brackets)
        for (const [edge, inward] of [
          [x, 5],
          [x + w, -5],
        ]) {
          c.moveTo(edge + inward, y);
          c.lineTo(edge, y);
          c.lineTo(edge, y + h);
          c.lineTo(edge + inward, y + h);
        }
      else if (head) {
        c.moveTo(x, y + ROW);
        c.lineTo(x + w, y + ROW);
      }
      c.stroke();
      c.restore();
    },
  };
}

/** A formula with its numbers. @param {Sheet["stage"]} stage @returns {Block[]} */
export function formulaBlocks(stage) {
  const f = stage.scene.formula;
  if (!f) return [];
  if (f.head) return [block(stage, [f.head, ...(f.rows ?? [])], { head: true, align: f.align })];
  return (f.groups ?? []).map(rows => block(stage, rows, {}));
}

/**
 * The matrices or small tables of a view, each below its title.
 * @param {Sheet["stage"]} stage
 * @param {import("../types").View} v
 * @returns {Block[]}
 */
export const cellBlocks = (stage, v) =>
  (v.cells ?? []).map(t => {
    const body = t.matrix
      ? block(stage, t.matrix, { brackets: !t.plain, align: t.align })
      : block(stage, [t.head ?? [], ...(t.rows ?? [])], { head: true, align: t.align });
    if (!t.title) return body;
    const title = block(stage, [[t.title]], {});
    return {
      w: Math.max(title.w, body.w),
      h: title.h + body.h,
      draw(sheet, x, y) {
        title.draw(sheet, x, y - 3);
        body.draw(sheet, x, y + title.h);
      },
    };
  });

/**
 * Blocks beside each other, as far as they fit, then below.
 * @param {Block[]} blocks
 * @param {number} width
 * @returns {Block}
 */
export function flow(blocks, width) {
  /** @type {{ b: Block, x: number, y: number }[]} */
  const placed = [];
  let x = 0;
  let y = 0;
  let high = 0;
  for (const b of blocks) {
    if (x > 0 && x + b.w > width) {
      y += high + 12;
      x = high = 0;
    }
    placed.push({ b, x, y });
    x += b.w + 32;
    high = Math.max(high, b.h);
  }
  return {
    w: width,
    h: placed.length ? y + high : 0,
    draw: (sheet, left, top) => placed.forEach(p => p.b.draw(sheet, left + p.x, top + p.y)),
  };
}
