// Writes the names of marks where `names.js` finds room: it tells it what is drawn, as lines and boxes in pixels.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../names.js")} */
const { place } = await import(`../names.js${version}`);
/** @type {typeof import("../places.js")} */
const { besideLine, besidePoint, besideShape, besideTop, boxAt, insideShape, stretches } = await import(
  `../places.js${version}`
);
/** @type {typeof import("../writing.js")} */
const { textWidth } = await import(`../writing.js${version}`);
/** @type {typeof import("./geometry.js")} */
const { at } = await import(`./geometry.js${version}`);
/** @type {typeof import("./column.js")} */
const { nameBeyond, pinned, pixels } = await import(`./column.js${version}`);
/** @type {typeof import("./marks/areas.js")} */
const { veilText } = await import(`./marks/areas.js${version}`);

/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {import("../places.js").Box} Box */
/** @typedef {import("../types").Mark} Mark */
/** @typedef {[number, number][][]} Lines */
/** @template {Mark["kind"]} K @typedef {import("../types").Of<K>} Of */

/**
 * The lines of a mark, as they lie between the axes.
 * @type {{ [K in Mark["kind"]]?: (L: Of<K>, pen: Pen) => Lines }}
 */
const OUTLINES = {
  curve(L, pen) {
    const [xs, ys] = pixels(pen, pen.read(L.x), pen.read(L.y));
    const now = L.upto ? Math.floor(pen.env.state[L.upto]) + 1 : xs.length; // what is faint may lie under a name
    return stretches(xs.slice(0, now), ys.slice(0, now), axes(pen));
  },
  region: (L, pen) => stretches(...pixels(pen, pen.read(L.x), pen.read(L.y)), axes(pen)),
  ellipse(L, pen) {
    const { g, number } = pen;
    const [x, y, xx, xy, yy] = [L.x, L.y, L.xx, L.xy, L.yy].map(number);
    const turn = Array.from({ length: 97 }, (_, i) => (i * Math.PI) / 48);
    return stretches(
      turn.map(a => g.X(x + xx * Math.cos(a) + xy * Math.sin(a))),
      turn.map(a => g.Y(y + xy * Math.cos(a) + yy * Math.sin(a))),
      axes(pen),
    );
  },
  segments(L, pen) {
    const [x0, y0, x1, y1] = [L.x0, L.y0, L.x1, L.y1].map(pen.read);
    if (!x0 || !y0 || !x1 || !y1) return [];
    return Array.from(x1, (_, i) =>
      stretches(...pixels(pen, [x0[i] ?? x0[0], x1[i]], [y0[i] ?? y0[0], y1[i] ?? y1[0]]), axes(pen)),
    ).flat();
  },
  arrow(L, pen) {
    const [x0, y0, x1, y1] = [L.x0, L.y0, L.x1, L.y1].map(pen.number);
    return stretches(...pixels(pen, [x0, x1], [y0, y1]), axes(pen));
  },
  rule(L, pen) {
    const { g, read, number } = pen;
    const upright = Array.from(read(L.x) ?? [], v => {
      const from = L.from === undefined ? g.bottom : g.Y(number(L.from));
      return stretches([g.X(v), g.X(v)], [from, L.to === undefined ? g.top : g.Y(number(L.to))], axes(pen));
    });
    const level = Array.from(read(L.y) ?? [], v => stretches([g.left, g.right], [g.Y(v), g.Y(v)], axes(pen)));
    return [...upright, ...level].flat();
  },
};

/** What else a name should not cover. @type {{ [K in Mark["kind"]]?: (L: Of<K>, pen: Pen) => Box[] }} */
const BOXES = {
  points(L, pen) {
    const look = pen.style(L);
    if (!((look.alpha ?? 1) > 0)) return [];
    const [a, b] = pixels(pen, pen.read(L.x), pen.read(L.y));
    const size = 2 * ((look.size ?? 6) + 1.5);
    return a.length > 60 ? [] : a.map((x, i) => boxAt(x, b[i], size, size));
  },
  handle(L, { g, env, number, lookup }) {
    if (L.invisible) return [];
    const a = L.x !== undefined ? g.X(env.state[L.x]) : g.X(number(L.atX));
    const b = L.y !== undefined ? g.Y(env.state[L.y]) : L.atY !== undefined ? g.Y(number(L.atY)) : g.bottom;
    const knob = boxAt(a, b, 34, 26);
    return L.text ? [knob, boxAt(a, b + 25, textWidth(L.text, { size: 14, weight: 600 }, lookup), 16)] : [knob];
  },
  label(L, { g, number, lookup }) {
    const w = textWidth(L.text, { size: L.size ?? 13, weight: L.weight }, lookup);
    const x = g.X(number(L.x)) + (number(L.dx) || 0);
    const y = g.Y(number(L.y)) + (number(L.dy) || 0) - 4;
    return [boxAt(L.align === "center" ? x : L.align === "right" ? x - w / 2 : x + w / 2, y, w, 15)];
  },
  veil(L, pen) {
    const words = veilText(L, pen);
    return words
      ? words.lines.map((s, i) => boxAt(words.middle, words.y + 17 * i - 4.5, textWidth(s, {}, pen.lookup), 16))
      : [];
  },
  bars(L, { g, read }) {
    const [x0, x1, y0, y1] = [L.x0, L.x1, L.y0, L.y1].map(read);
    if (!x0 || !x1 || !y0 || !y1) return [];
    return Array.from({ length: Math.min(40, Math.max(x0.length, y1.length)) }, (_, i) => ({
      x0: g.X(at(x0, i)),
      x1: g.X(at(x1, i)),
      y0: Math.min(g.Y(at(y0, i)), g.Y(at(y1, i))),
      y1: Math.max(g.Y(at(y0, i)), g.Y(at(y1, i))),
    }));
  },
};

/**
 * What the reader has put down, with its words: no name may cover that.
 * @param {Of<"guess">} L
 * @param {Pen} pen
 * @returns {Box[]}
 */
function guessed(L, { g, env, lookup }) {
  return env.guesses(L.prediction).flatMap(m => {
    const a = m.px !== undefined ? m.px : g.X(m.x);
    const b = g.Y(m.y);
    const option = m.kind === "option";
    const beside = m.caption && a < 84;
    const right = textWidth(
      (beside ? `${m.text}, ${m.caption}` : m.text) ?? "",
      { weight: option ? 400 : 600 },
      lookup,
    );
    const boxes = [boxAt(a, b, 18, 18)];
    if (m.text) boxes.push({ x0: a + 9, x1: a + (option ? 12 : 17) + right, y0: b - 9, y1: b + 9 });
    if (m.caption && !beside)
      boxes.push({ x0: a - 14 - textWidth(m.caption, {}, lookup), x1: a - 9, y0: b - 9, y1: b + 9 });
    return boxes;
  });
}

/** @param {Pen} pen @returns {Box} */
const axes = ({ g }) => ({ x0: g.left, y0: g.top, x1: g.right, y1: g.bottom });
/** @param {Box} b */
const finite = b => Number.isFinite(b.x0 + b.x1 + b.y0 + b.y1);

/**
 * The lines or the point that a name speaks of, and the places that it may take.
 * @param {Mark & { name: import("../wire").Name }} L
 * @param {Lines} lines
 * @param {Pen} pen
 */
function wish(L, lines, pen) {
  const { g, read, number, style, view, lookup } = pen;
  const { text, weight = 400, where = "" } = L.name;
  const size = /** @type {number} */ (L.name.size ?? 13);
  const w = textWidth(text, { size, weight }, lookup);
  const h = size + 2;
  const key = view.layers.indexOf(L) + text;
  /** @type {(x: number, y: number, r: number, where: string) => import("../names.js").Wanted} */
  const beside = (x, y, r, side) =>
    Number.isFinite(x + y)
      ? { key, w, h, own: [[x, y]], places: besidePoint(x, y, r, w, h, side) }
      : { key, w, h, own: [], places: [] };
  if (L.kind === "points") {
    const [a, b] = pinned(L, pen);
    const i = where === "start" ? 0 : a.length - 1;
    return beside(a[i], b[i], /** @type {number} */ (style(L).size ?? 6), where);
  }
  if (L.kind === "bars") {
    const ends = [g.X(number(L.x0)), g.X(number(L.x1))];
    const [x0, x1, top] = [Math.min(...ends), Math.max(...ends), Math.min(g.Y(number(L.y0)), g.Y(number(L.y1)))];
    if (where === "end") return beside(Math.min(g.right, x1), (g.Y(number(L.y0)) + g.Y(number(L.y1))) / 2, 1, "right");
    if (!Number.isFinite(x0 + x1 + top)) return { key, w, h, own: [], places: [] };
    /** @type {[number, number]} */
    const corner = [x1, top];
    return { key, w, h, own: [corner], places: besideTop(x0, x1, top, w, h, where || "above") };
  }
  if (L.kind === "region" && where === "inside")
    return { key, w: w + 10, h: h + 4, own: [], places: insideShape(...pixels(pen, read(L.x), read(L.y)), axes(pen)) };
  const closed = L.kind === "ellipse" || L.kind === "region";
  return { key, w, h, own: lines.flat(), places: (closed ? besideShape : besideLine)(lines, w, h, where) };
}

/**
 * Write the names of all marks shown; what is written is told in `env.written`.
 * @param {Pen} pen
 */
export function nameMarks(pen) {
  const { view, c, g, env, tone, text, line, style, phone } = pen;
  const shown = view.layers.filter(L => !(L.when && !env.shown(L.when)));
  /** @type {(L: Mark) => L is Mark & { name: import("../wire").Name }} */
  const named = L => !!L.name && !(phone && L.name.phone === false);
  const said = shown.filter(named);
  if (!said.length) return;
  const spoken = said.filter(L => L.name.where !== "beyond");
  /** @type {import("../names.js").Room} */
  const room = {
    frame: { x0: g.left + 2, y0: 2, x1: g.w - 2, y1: g.bottom - 2 },
    boxes: [],
    never: [],
    lines: [],
  };
  /** @type {Map<Mark, Lines>} */
  const outlines = new Map();
  for (const L of shown) {
    const lines = /** @type {(L: Mark, pen: Pen) => Lines} */ (OUTLINES[L.kind] ?? (() => []))(L, pen);
    outlines.set(L, lines);
    if (L.kind !== "region" || L.outline) room.lines.push(...lines);
    const boxes = /** @type {(L: Mark, pen: Pen) => Box[]} */ (BOXES[L.kind] ?? (() => []))(L, pen);
    room.boxes.push(...boxes.filter(finite));
    if (L.kind === "guess") room.never?.push(...guessed(L, pen).filter(finite));
  }
  const { y } = g;
  if (y.label && !y.rotate)
    room.boxes.push({ x0: g.left + 6, x1: g.left + 10 + textWidth(y.label), y0: g.top, y1: g.top + 18 });
  room.boxes.push(
    ...nameBeyond(
      said.filter(L => L.name.where === "beyond"),
      pen,
    ),
  );
  const wanted = spoken.map(L => wish(L, outlines.get(L) ?? [], pen));
  const memory = (env.memory ??= new Map());
  const mine = memory.get(view.id) ?? new Map();
  memory.set(view.id, mine);
  place(wanted, room, mine).forEach((spot, i) => {
    if (!spot) return;
    const L = spoken[i];
    const look = "style" in L ? style(L) : L;
    const token = L.name.token ?? ("token" in look ? look.token : undefined) ?? "ink2";
    if (spot.far && spot.from) {
      c.save();
      c.globalAlpha = 0.7;
      line(spot.from[0], spot.from[1], spot.x, spot.y, tone("axis"));
      c.restore();
    }
    const { size = 13, weight = 400 } = L.name;
    text(spot.x, spot.y + 4.5, L.name.text, { align: "center", token, size: Number(size), weight, casing: 3 });
    const box = boxAt(spot.x, spot.y, wanted[i].w, wanted[i].h);
    (env.written ??= []).push({ view: view.id, text: L.name.text, ...box, cost: spot.cost });
  });
}
