// What the reader guesses before the figure shows it: on the figure, and in the card.

/** @typedef {import("./stage.js").Stage} Stage */

/** The question that is open, or null. @param {Stage} stage */
export function pending(stage) {
  const p = stage.data.predictions[stage.data.asked];
  return p && !p.answered ? p : null;
}

/**
 * The option that stands at a place of the figure, within reach.
 * @param {Stage} stage
 * @param {any} asked
 * @param {import("./painter/geometry.js").Geometry} g
 * @param {number} x
 * @param {number} y
 */
export function optionAt(stage, asked, g, x, y) {
  const value = (/** @type {any} */ ref) => stage.reader.value(ref, stage.values) ?? NaN;
  let best = null;
  let nearest = 26;
  for (const o of asked.options) {
    if (!o.at) continue;
    const d = Math.hypot(g.X(value(o.at.x)) - x, g.Y(value(o.at.y)) - y);
    if (d < nearest) {
      nearest = d;
      best = o.key;
    }
  }
  return best;
}

/** @param {Stage} stage @param {any} item @param {string} key */
export function choose(stage, item, key) {
  stage.guess[item.key] = key;
  stage.redoCard();
  stage.kick();
}

/** The card's numbers follow a guess that is put on the figure. @param {Stage} stage @param {any} item */
export function showGuess(stage, item) {
  for (const e of /** @type {NodeListOf<HTMLInputElement>} */ (stage.parts.card.querySelectorAll("[data-guess]"))) {
    const v = stage.guess[item.key]?.[e.dataset.guess ?? ""];
    if (v !== undefined) e.value = v;
  }
  stage.kick();
}

/**
 * The options of a question, and the reader's guess, as marks on the figure.
 * @param {Stage} stage
 * @param {string} key
 * @returns {import("./types").GuessMark[]}
 */
export function guessMarks(stage, key) {
  const item = stage.data.predictions.find(p => p.key === key);
  if (!item) return [];
  const chosen = item.answered ? item.given : stage.guess[item.key];
  if (item.kind === "choice") {
    if (!stage.condition(item.when ?? {})) return [];
    /** @type {(o: import("./types").Option) => import("./types").GuessMark[]} */
    const mark = o => {
      if (!o.at) return [];
      const x = stage.reader.value(o.at.x, stage.values) ?? NaN;
      const y = stage.reader.value(o.at.y, stage.values) ?? NaN;
      const text = o.short ?? o.label;
      if (o.key === chosen) return [{ x, y, text, caption: "your guess" }];
      return [{ x, y, kind: "option", text: item.answered ? "" : text }];
    };
    return item.options.flatMap(mark);
  }
  const placed = item.kind === "point" && chosen && chosen.x !== undefined && chosen.y !== undefined;
  return placed ? [{ ...chosen, text: "your guess" }] : [];
}
