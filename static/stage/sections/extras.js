// Beside and below the figures: how to read them, presets; the program, the figure as text, checks, words, sources.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, rich } = await import(`../dom.js${version}`);
/** @type {typeof import("../text.js")} */
const { format, plain } = await import(`../text.js${version}`);
/** @type {typeof import("./copying.js")} */
const { copy } = await import(`./copying.js${version}`);
/** @type {typeof import("./strip.js")} */
const { strip } = await import(`./strip.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").Slot} Slot */
/** @typedef {import("../dom.js").Child} Child */

/** @param {Stage} stage @param {Slot[]} slots */
export function buildSide(stage, slots) {
  const d = stage.data;
  const chips = d.presets.map(p => {
    const attributes = {
      type: "button",
      class: "chip" + (p.on ? " on" : ""),
      "aria-pressed": String(!!p.on),
      "data-key": "preset-" + p.key,
      onclick: () => stage.act({ kind: "preset", preset: p.key }),
    };
    return rich(h("button", attributes), p.label, slots);
  });
  return [
    h("h2", {}, "How to read this"),
    rich(h("p", { class: "story" }), d.reading, slots),
    h("h2", {}, "Presets"),
    h("div", { class: "chips", role: "group", "aria-label": "Presets" }, chips),
    d.look ? rich(h("p", { class: "story look", "aria-live": "polite" }), "Look: " + d.look, slots) : null,
  ];
}

/** @param {string} name @param {string} title @param {...Child} body */
const fold = (name, title, ...body) =>
  h("details", { "data-name": name }, h("summary", {}, title), h("div", { class: "fold" }, ...body));

/** A table of what is given, row by row. @param {string} look @param {string[]} head @param {HTMLElement[][]} rows */
function table(look, head, rows) {
  const titles = head.map(t => h("th", { scope: "col" }, t));
  const lines = rows.map(cells => h("tr", {}, cells));
  const box = h("table", { class: look }, h("thead", {}, h("tr", {}, titles)), h("tbody", {}, lines));
  return h("div", { class: "scroll" }, box);
}

/** @param {Stage} stage @param {Slot[]} slots */
export function buildExtras(stage, slots) {
  const x = stage.data.extras;
  const s = stage.scene;
  const twins = s.views.map(v => {
    const words = (v.caption ? v.caption + " " : "") + (v.sentence ?? "");
    return h("div", {}, rich(h("p", {}), words, slots), v.table ? dataTable(v.table) : null);
  });
  return [
    lessons(stage),
    x.trap && fold("trap", "Do not fall into this", rich(h("p"), x.trap, slots)),
    x.code && program(stage, x.code),
    fold("twin", "The figure as text and tables", twins, s.player && strip(stage)),
    x.checks?.length && checks(x.checks, slots),
    x.recap?.length && recap(x.recap, slots),
    x.glossary?.length && glossary(x.glossary, slots),
    x.sources?.length && sources(x.sources, x.cite),
  ];
}

/** @param {Stage} stage @param {string} code */
function program(stage, code) {
  const onclick = () => copy(stage, code, "Code");
  const button = h("button", { type: "button", class: "button", "data-key": "copy-code", onclick }, "Copy");
  const text = h("pre", { tabindex: 0, "aria-label": "Python code" }, h("code", {}, code));
  return fold("code", "The Python that made this figure", button, text);
}

/** @param {string[][]} lines @param {Slot[]} slots */
function checks(lines, slots) {
  const head = ["quantity", "method", "second method", "residual", "allowed"];
  const rows = lines.map(c => c.map(t => rich(h("td"), t, slots)));
  return fold("checks", "How this was computed, and checked just now", table("grid-table", head, rows));
}

/** @param {{ question: string, answer: string }[]} questions @param {Slot[]} slots */
function recap(questions, slots) {
  const flips = questions.map(q =>
    h("details", { class: "flip" }, rich(h("summary"), q.question, slots), rich(h("p"), q.answer, slots)),
  );
  return fold("recap", "Check yourself", flips);
}

/** @param {{ term: string, text: string }[]} words @param {Slot[]} slots */
function glossary(words, slots) {
  const items = words.flatMap(g => [rich(h("dt"), g.term, slots), rich(h("dd"), g.text, slots)]);
  return fold("glossary", "Words used here", h("dl", {}, items));
}

/** @param {{ text: string, href?: string }[]} list @param {string} cite */
function sources(list, cite) {
  const items = list.map(t => {
    const link = t.href && h("a", { href: t.href, target: "_blank", rel: "noreferrer" }, t.text);
    return h("li", {}, link || t.text);
  });
  return fold("sources", "Sources, licence, cite this", h("ul", {}, items), h("p", {}, cite));
}

/** The course, on its first page. @param {Stage} stage */
function lessons(stage) {
  const { map } = stage.data;
  if (!map?.length) return null;
  const items = map.map(e => {
    const words = [h("span", { class: "number" }, String(e.number)), h("b", {}, e.title), h("span", {}, e.claim)];
    const { page, href } = e;
    return h(
      "li",
      { class: page ? "" : "planned" },
      page
        ? h("a", { href, onclick: ev => stage.navigate(ev, { page }) }, words)
        : h("div", {}, words, h("em", {}, "not yet written")),
    );
  });
  return h("nav", { class: "map", "aria-label": "All lessons" }, h("h2", {}, "The lessons"), h("ol", {}, items));
}

/** @param {import("../types").DataTable} t */
function dataTable(t) {
  /** @param {number | string | null} v */
  const cell = v => h("td", {}, typeof v === "number" ? format(v, "g6") : (v ?? "hidden"));
  return table(
    "grid-table numbers",
    t.columns.map(c => plain(c)),
    t.rows.map(r => r.map(cell)),
  );
}
