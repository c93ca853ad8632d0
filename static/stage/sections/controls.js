// What a reader sets: sliders, choices, switches, whole numbers, and the player.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, icon, rich } = await import(`../dom.js${version}`);
/** @type {typeof import("../text.js")} */
const { format, plain } = await import(`../text.js${version}`);
/** @type {typeof import("../player.js")} */
const { faster, stop, toggle } = await import(`../player.js${version}`);
/** @type {typeof import("./buttons.js")} */
const { ICONS, roving, tool } = await import(`./buttons.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").Slot} Slot */
/** @typedef {import("../types").Control} Control */
/** @typedef {(stage: Stage, c: Control, slots: Slot[]) => HTMLElement} Build */

/** @type {Build} */
function slider(stage, c, slots) {
  const last = c.nodes.length - 1;
  const range = `${format(c.nodes[0], c.format)} to ${format(c.nodes[last], c.format)}`;
  const input = h("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    "data-control": c.key,
    "data-key": "in-" + c.key,
    "aria-label": `${plain(c.label, name => stage.lookup(name))}, ${range}`,
    title: range,
  });
  input.oninput = () => {
    if (stop(stage)) stage.commit();
    stage.dragging = [c.key];
    stage.set(c.key, c.nodes[+input.value]);
  };
  input.onchange = () => {
    stage.dragging = null;
    stage.after(c.key);
  };
  input.onpointerup = input.onpointercancel = () => {
    stage.dragging = null;
    stage.after(c.key, 0);
  };
  input.onkeydown = e => {
    if (!e.shiftKey || !e.key.startsWith("Arrow")) return;
    e.preventDefault();
    stage.step(c.key, (e.key === "ArrowRight" || e.key === "ArrowUp" ? 1 : -1) * 10);
    stage.after(c.key);
  };
  const line = h("span", { class: "line" }, rich(h("span"), c.label, slots), rich(h("b"), `[${c.key}]`, slots));
  return h("label", { class: "slider" }, line, input);
}

/** @type {Build} */
function choice(stage, c, slots) {
  const options = c.options ?? [];
  if (options.length > 6 || c.select) {
    const select = h(
      "select",
      { "aria-label": c.spoken, "data-key": "in-" + c.key },
      options.map(o => h("option", { value: o.value, selected: o.value === stage.values[c.key] }, plain(o.label))),
    );
    select.onchange = () => {
      stage.set(c.key, options.find(o => String(o.value) === select.value)?.value ?? select.value);
      stage.commit();
    };
    return h("label", { class: "group" }, rich(h("span", { class: "name" }), c.label, slots), select);
  }
  const buttons = options.map(o => {
    const attributes = {
      type: "button",
      role: "radio",
      "data-control": c.key,
      "data-value": String(o.value),
      "data-key": `in-${c.key}-${o.value}`,
      onclick: () => {
        if (stage.set(c.key, o.value)) stage.commit();
      },
      onkeydown: roving,
    };
    return h("button", attributes, rich(h("span"), o.label, slots));
  });
  return h(
    "div",
    { class: "group" },
    rich(h("span", { class: "name", id: "g-" + c.key }), c.label, slots),
    h("div", { class: "segments", role: "radiogroup", "aria-labelledby": "g-" + c.key }, buttons),
  );
}

/** @param {Stage} stage @param {Control} c @param {Slot[]} slots @param {string} strong said before its name */
export function switcher(stage, c, slots, strong = "Break it") {
  const onclick = () => {
    stage.set(c.key, !stage.values[c.key]);
    stage.commit();
  };
  const words = h("span", {}, strong ? strong + " " : "", rich(h("em"), (strong ? "· " : "") + c.label, slots));
  return h(
    "button",
    {
      type: "button",
      class: "switch",
      role: "switch",
      "data-control": c.key,
      "data-key": "in-" + c.key,
      "aria-checked": "false",
      onclick,
    },
    h("span", { class: "knob" }),
    words,
  );
}

/** @type {Build} */
function whole(stage, c, slots) {
  const input = h("input", {
    type: "number",
    min: c.lo,
    max: c.hi,
    step: 1,
    inputmode: "numeric",
    "data-control": c.key,
    "data-key": "in-" + c.key,
    "aria-label": c.spoken,
  });
  input.onchange = () => {
    const v = Math.round(+input.value);
    if (!(v >= c.lo && v <= c.hi)) {
      stage.say(`${c.spoken} = ${input.value} not used; whole numbers from ${c.lo} to ${c.hi}.`);
      input.value = stage.values[c.key];
      return;
    }
    stage.values[c.key] = v;
    stage.dirty = true;
    stage.commit();
  };
  const draw = { type: "button", class: "button", "data-key": "draw-" + c.key };
  const onclick = () => stage.act({ kind: "draw", control: c.key });
  return h(
    "div",
    { class: "group" },
    rich(h("span", { class: "name" }), c.label, slots),
    input,
    c.draw && h("button", { ...draw, onclick }, "New draw"),
  );
}

/** @type {Record<Control["kind"], Build>} */
const KINDS = { slider, choice, toggle: (stage, c, slots) => switcher(stage, c, slots, ""), whole };

/** @type {Build} */
export const buildControl = (stage, c, slots) => KINDS[c.kind](stage, c, slots);

/** @param {Stage} stage @param {string[]} keys @param {Slot[]} slots */
export const buildControls = (stage, keys, slots) => keys.map(k => buildControl(stage, stage.control(k), slots));

const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** @param {Stage} stage @param {{ control: string }} player @param {Slot[]} slots */
export function buildPlayer(stage, player, slots) {
  const key = player.control;
  const c = stage.control(key);
  const last = c.nodes.length - 1;
  const speed = h("button", { type: "button", class: "button speed", "aria-label": "Speed" }, "1 ×");
  speed.onclick = () => {
    speed.textContent = `${faster(stage, SPEEDS)} ×`;
  };
  const input = h("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    "data-control": key,
    "data-key": "in-" + key,
    "aria-label": c.spoken,
  });
  /** @param {number} by */
  const go = by => {
    stop(stage);
    stage.memory.clear(); // the same step is the same picture, whichever way it was come to
    stage.step(key, by);
    stage.after(key);
  };
  input.oninput = () => {
    stop(stage);
    stage.memory.clear();
    stage.set(key, c.nodes[+input.value]);
    stage.after(key);
  };
  const row = h(
    "div",
    { class: "player", role: "group", "aria-label": "Player", style: "grid-area:player" },
    h(
      "button",
      { type: "button", class: "play", "aria-label": "Play", "data-key": "play", onclick: () => toggle(stage) },
      icon(ICONS.play, { class: "p", fill: "currentColor" }),
      icon(ICONS.pause, { class: "q" }),
    ),
    tool("back", "Step back", () => go(-1)),
    tool("forward", "Step forward", () => go(1)),
    input,
    h("span", { class: "count" }, c.short ?? "step", " ", rich(h("b"), `[${key}:i]`, slots), ` of ${c.nodes[last]}`),
    speed,
  );
  row.onkeydown = e => {
    if (e.key === " " && /** @type {Element} */ (e.target).tagName !== "BUTTON") {
      e.preventDefault();
      toggle(stage);
    } else if (e.target !== input && e.key === "ArrowRight") go(1);
    else if (e.target !== input && e.key === "ArrowLeft") go(-1);
  };
  return row;
}
