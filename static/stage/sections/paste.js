// The reader's own numbers: a text or a file, what came of it, and what there is to choose where it can be read in
// several ways.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, rich } = await import(`../dom.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").Slot} Slot */
/** @typedef {import("../types").Paste} Paste */

const LIMIT = 1_000_000; // bytes; the server refuses more

/** @param {string} text @param {() => void} onclick */
const button = (text, onclick, look = "") => h("button", { type: "button", class: "button" + look, onclick }, text);

/** @param {Stage} stage @param {Paste} p @param {Slot[]} slots */
export function pasteBox(stage, p, slots) {
  const area = h("textarea", {
    rows: 3,
    "aria-label": "Your numbers",
    placeholder: p.placeholder,
    "data-key": "paste",
    oninput: () => {
      stage.pasted = area.value;
    },
  });
  area.value = stage.pasted; // the box is built anew after each answer, and what is in it stays
  /** @param {string} text */
  const send = text => {
    if (text.length > LIMIT) {
      stage.say("That is more than 1 MB; not used.");
      return;
    }
    stage.pasted = text;
    stage.act({ kind: "paste", text });
  };
  const accept = ".csv,.txt,.tsv,text/csv,text/plain";
  const file = h("input", { type: "file", accept, "aria-label": "CSV file" });
  file.onchange = () => {
    const f = file.files?.[0];
    if (!f) return;
    if (f.size > LIMIT) stage.say(`${f.name} is larger than 1 MB; not used.`);
    else f.text().then(send);
  };
  const buttons = h(
    "div",
    { class: "buttons" },
    button("Use these", () => send(area.value)),
    file,
    p.aside && button("Use my rows again", () => stage.act({ kind: "again" })),
    p.active && button("Back to the page’s data", () => stage.act({ kind: "paste", text: "" }), " text"),
  );
  return h(
    "div",
    { class: "paste" },
    rich(h("span", { class: "name" }), p.label, slots),
    area,
    buttons,
    p.note && rich(h("p", { class: "note", role: "status" }), p.note, slots),
    p.readings.length > 0 && readings(stage, p),
    p.columns.length > 0 && columns(stage, p, slots),
  );
}

/** @param {Stage} stage @param {Paste} p */
function readings(stage, p) {
  const buttons = p.readings.map(r =>
    button(r.label, () => stage.act({ kind: "reading", reading: r.key }), " reading"),
  );
  return h("div", { class: "buttons", role: "group", "aria-label": "How to read it" }, buttons);
}

/**
 * A column of the text for each role; those that hold no numbers are shown with what is wrong.
 * @param {Stage} stage
 * @param {Paste} p
 * @param {Slot[]} slots
 */
function columns(stage, p, slots) {
  const usable = p.columns.map((_, i) => i).filter(i => !p.columns[i].fault);
  const choices = p.roles.map((role, k) => {
    const options = p.columns.map((c, i) =>
      h("option", { value: i, disabled: !!c.fault }, c.fault ? `${c.label}: ${c.fault}` : c.label),
    );
    const select = h("select", { "data-key": "column-" + k }, options);
    select.value = String(usable[k]);
    return { select, box: h("label", { class: "group" }, rich(h("span", { class: "name" }), role, slots), select) };
  });
  const use = () => stage.act({ kind: "columns", pick: choices.map(c => +c.select.value) });
  const words = choices.length > 1 ? "Use these columns" : "Use this column";
  return h(
    "div",
    { class: "buttons" },
    choices.map(c => c.box),
    button(words, use),
  );
}
