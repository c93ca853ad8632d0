// The prediction card: what a reader commits to before the figure shows it.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, icon, rich } = await import(`../dom.js${version}`);
/** @type {typeof import("../text.js")} */
const { plain } = await import(`../text.js${version}`);
/** @type {typeof import("../predictions.js")} */
const { choose } = await import(`../predictions.js${version}`);
/** @type {typeof import("./buttons.js")} */
const { ICONS, roving } = await import(`./buttons.js${version}`);
/** @type {typeof import("./formula.js")} */
const { glyph } = await import(`./formula.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").Slot} Slot */
/** @typedef {import("../types").Question} Question */

/** @param {...import("../dom.js").Child} children */
const card = (...children) =>
  h("div", { class: "predict", id: "predict", role: "group", "aria-label": "Prediction" }, ...children);

/** @param {string} text @param {() => void} onclick @param {import("../dom.js").Attributes} [more] */
const textButton = (text, onclick, more = {}) =>
  h("button", { type: "button", class: "button text", ...more, onclick }, text);

/** @param {Stage} stage @param {Slot[]} slots */
export function buildCard(stage, slots) {
  const d = stage.data;
  const item = d.predictions[d.asked];
  if (!item) return [];
  /** @param {string} text */
  const eyebrow = text =>
    h(
      "div",
      { class: "eyebrow" },
      icon(ICONS.diamond, { fill: "currentColor" }),
      h("b", {}, text),
      h("span", {}, `${d.asked + 1} of ${d.predictions.length}`),
    );
  if (!item.answered) return card(eyebrow("Predict"), ...open(stage, item, slots));
  if (item.observe && item.given !== null && stage.observed[item.key] === undefined)
    return card(eyebrow("What did you see?"), ...observing(stage, item, item.observe, slots));
  return card(eyebrow(item.given === null ? "Seen" : (item.headline ?? "")), ...answered(stage, item, slots));
}

/**
 * @param {Stage} stage
 * @param {Question} item
 * @param {NonNullable<Question["observe"]>} observe
 * @param {Slot[]} slots
 */
function observing(stage, item, observe, slots) {
  const options = observe.options.map((o, i) => {
    const onclick = () => {
      stage.observed[item.key] = i;
      stage.redoCard();
    };
    const look = { type: "button", class: "option short", onclick };
    return h("button", look, h("span", { class: "radio" }), rich(h("em"), o, slots));
  });
  return [rich(h("p"), observe.question, slots), h("div", { class: "options", role: "group" }, options)];
}

/**
 * The truth beside the guess, and where to go from here.
 * @param {Stage} stage
 * @param {Question} item
 * @param {Slot[]} slots
 */
function answered(stage, item, slots) {
  const { asked, predictions } = stage.data;
  const { observe } = item;
  const saw = stage.observed[item.key];
  const right = observe?.options[observe.right];
  const seen =
    observe && saw !== undefined && (saw === observe.right ? `You saw it: ${right}.` : `Look again: ${right}.`);
  const why = item.why && rich(h("p", { class: "why", hidden: true }), item.why, slots);
  const next = () => stage.act({ kind: "ask", item: asked + 1 });
  const feedback = h(
    "div",
    { class: "feedback", role: "status" },
    rich(h("p", { class: "truth" }), item.truth, slots),
    seen && rich(h("p", { class: "saw" }), seen, slots),
    rich(h("p"), item.feedback, slots),
    why,
  );
  const buttons = h(
    "div",
    { class: "buttons" },
    asked + 1 < predictions.length &&
      h(
        "button",
        { type: "button", class: "button primary", "data-key": "next", onclick: next },
        rich(h("span"), item.next ?? "Next question", slots),
      ),
    asked > 0 && textButton("Previous", () => stage.act({ kind: "ask", item: asked - 1 })),
    why && textButton("Why?", () => (why.hidden = !why.hidden)),
  );
  return [feedback, buttons];
}

/** A question with the means to answer it. @param {Stage} stage @param {Question} item @param {Slot[]} slots */
function open(stage, item, slots) {
  const guess = () => stage.guess[item.key];
  if (item.kind === "order")
    stage.guess[item.key] ??= { order: item.items.map(i => i.key), tie: item.items.map(() => false) };
  const body = { choice: options, point: coordinates, order }[item.kind](stage, item, slots);
  const ready = () =>
    item.kind === "point" ? Number.isFinite(guess()?.x) && Number.isFinite(guess()?.y) : guess() !== undefined;
  const commit = () => {
    if (ready()) stage.act({ kind: "commit", item: item.key, answer: guess() });
    else stage.say(item.kind === "point" ? "Both coordinates first, or skip." : "Choose first, or skip.");
  };
  const skip = () => stage.act({ kind: "commit", item: item.key, answer: null });
  const buttons = h(
    "div",
    { class: "buttons" },
    h("button", { type: "button", class: "button primary", "data-key": "commit", onclick: commit }, "Commit"),
    item.kind === "order" && item.ties ? tie(stage, item) : null,
    textButton("Skip", skip, { "data-key": "skip" }),
    item.hint && rich(h("span", { class: "hint" }), item.hint, slots),
  );
  return [rich(h("p"), item.question, slots), body, buttons];
}

/** One of several. @param {Stage} stage @param {Question} item @param {Slot[]} slots */
function options(stage, item, slots) {
  const given = stage.guess[item.key];
  const short = item.options.every(x => !x.text);
  const buttons = item.options.map((o, i) => {
    const on = given === o.key;
    const attributes = {
      type: "button",
      class: "option" + (on ? " on" : "") + (short ? " short" : ""),
      role: "radio",
      "aria-checked": String(on),
      tabindex: on || (given === undefined && i === 0) ? 0 : -1,
      "data-key": "option-" + o.key,
      onclick: () => choose(stage, item, o.key),
      onkeydown: roving,
    };
    const strong = o.text ? rich(h("b"), o.label, slots) : null;
    return h("button", attributes, h("span", { class: "radio" }), strong, rich(h("em"), o.text ?? o.label, slots));
  });
  const asked = plain(item.question, s => stage.lookup(s));
  return h("div", { class: "options", role: "radiogroup", "aria-label": asked }, buttons);
}

/** A place on the figure, also in numbers. @param {Stage} stage @param {Question} item @param {Slot[]} slots */
function coordinates(stage, item, slots) {
  /** @param {"x" | "y"} k */
  const axis = k => {
    const a = item[k];
    const input = h("input", {
      type: "number",
      step: a.step ?? 0.1,
      min: a.lo,
      max: a.hi,
      "data-guess": k,
      "data-key": "guess-" + k,
      value: stage.guess[item.key]?.[k],
    });
    input.oninput = () => {
      const { [k]: _, ...rest } = stage.guess[item.key] ?? {};
      stage.guess[item.key] = input.value === "" ? rest : { ...rest, [k]: +input.value };
      stage.kick();
    };
    return h("label", { class: "slider" }, h("span", { class: "line" }, rich(h("span"), a.label, slots)), input);
  };
  return h("div", { class: "place" }, axis("x"), axis("y"));
}

/**
 * All of them in order, by keys, buttons or dragging.
 * @param {Stage} stage
 * @param {Question} item
 * @param {Slot[]} slots
 */
function order(stage, item, slots) {
  const guess = stage.guess[item.key];
  /** @type {string[]} */
  const keys = guess.order;
  /** @param {number} i @param {number} by */
  const move = (i, by) => {
    const j = i + by;
    if (j < 0 || j >= keys.length) return;
    [keys[i], keys[j]] = [keys[j], keys[i]];
    stage.redoCard();
    /** @type {HTMLElement | undefined} */ (stage.parts.card.querySelectorAll(".orderable")[j])?.focus();
  };
  const rows = keys.map((key, i) => {
    const it = item.items.find(x => x.key === key);
    const name = plain(it?.label);
    /** @param {string} way @param {number} by @param {boolean} disabled @param {string} arrow */
    const mini = (way, by, disabled, arrow) => {
      const label = `Move ${name} ${way}`;
      const onclick = () => move(i, by);
      return h("button", { type: "button", class: "mini", "aria-label": label, disabled, onclick }, arrow);
    };
    const li = h(
      "li",
      {
        class: "orderable",
        tabindex: 0,
        "data-key": "order-" + i,
        "aria-label": `${i + 1}: ${name}. Arrow keys move it.`,
      },
      h("span", { class: "rank" }, guess.tie[i] && i > 0 ? "=" : String(i + 1)),
      it?.glyph && glyph(stage, it.glyph),
      rich(h("span", { class: "label" }), it?.label, slots),
      mini("up", -1, i === 0, "↑"),
      mini("down", 1, i === keys.length - 1, "↓"),
    );
    li.onkeydown = e => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[e.key];
      if (e.target !== li || !by) return;
      e.preventDefault();
      move(i, by);
    };
    li.draggable = true;
    li.ondragstart = e => e.dataTransfer?.setData("text/plain", String(i));
    li.ondragover = e => e.preventDefault();
    li.ondrop = e => {
      e.preventDefault();
      const [x] = keys.splice(Number(e.dataTransfer?.getData("text/plain")), 1);
      keys.splice(i, 0, x);
      stage.redoCard();
    };
    return li;
  });
  return h("ol", { class: "order" }, rows);
}

/** That two of them are equal: each pair in turn, then none. @param {Stage} stage @param {Question} item */
function tie(stage, item) {
  /** @type {boolean[]} */
  const ties = stage.guess[item.key].tie;
  const onclick = () => {
    const at = ties.findIndex(Boolean);
    const next = at < 0 ? 1 : at + 1;
    ties.fill(false);
    if (next < ties.length) ties[next] = true;
    stage.redoCard();
  };
  const pressed = String(ties.some(Boolean));
  return h("button", { type: "button", class: "button", "aria-pressed": pressed, onclick }, "Two are equal");
}
