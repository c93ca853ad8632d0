// The row below the figures: what breaks the lesson, its other controls, a run in the background, the badge.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, icon } = await import(`../dom.js${version}`);
/** @type {typeof import("./buttons.js")} */
const { ICONS, reveal } = await import(`./buttons.js${version}`);
/** @type {typeof import("./controls.js")} */
const { buildControl, buildControls, switcher } = await import(`./controls.js${version}`);
/** @type {typeof import("./paste.js")} */
const { pasteBox } = await import(`./paste.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").Slot} Slot */

/** @param {Stage} stage @param {Slot[]} slots */
export function buildBottom(stage, slots) {
  const { bottom, badge, paste, run } = stage.data;
  const more = bottom.more.map(k => stage.control(k));
  const box = paste ? pasteBox(stage, paste, slots) : null;
  const hidden = more.length > 0 || box !== null;
  const turn = () => {
    stage.moreOpen = !stage.moreOpen;
    stage.signatures.bottom = undefined;
    stage.render();
  };
  const opener = { type: "button", class: "more", "aria-expanded": String(!!stage.moreOpen), "data-key": "more" };
  const row = h(
    "div",
    { class: "row" },
    bottom.breaks.map(k => switcher(stage, stage.control(k), slots)),
    buildControls(stage, bottom.groups, slots),
    run && runBox(stage, run),
    hidden && h("button", { ...opener, onclick: turn }, "More ", icon(ICONS.down)),
    badge && badgeButton(stage, badge),
  );
  if (!hidden || !stage.moreOpen) return [row];
  return [
    row,
    h(
      "div",
      { class: "more-panel" },
      more.map(c => buildControl(stage, c, slots)),
      box,
    ),
  ];
}

/** @param {Stage} stage @param {{ ok: boolean, text: string }} badge */
function badgeButton(stage, badge) {
  const look = {
    type: "button",
    class: "badge" + (badge.ok ? "" : " bad"),
    title: "How this was computed and checked",
  };
  const onclick = () => reveal(stage, "checks");
  return h("button", { ...look, onclick }, badge.ok ? icon(ICONS.tick) : null, badge.text);
}

/**
 * A computation in the background: its button, how far it is, how it ended.
 * @param {Stage} stage
 * @param {import("../types").Run} run
 */
function runBox(stage, run) {
  const going = run.state === "waiting" || run.state === "running";
  const done = run.state === "done";
  const words = {
    waiting: run.message,
    running: "running",
    done: "done",
    stopped: "stopped",
    failed: run.message,
    idle: run.says,
  }[run.state];
  const onclick = () => stage.commit({ kind: going ? "cancel" : "run" });
  const look = { type: "button", class: "button", "data-key": "run", disabled: done, onclick };
  const button = h("button", look, going ? "Cancel" : done ? "Done" : run.label);
  const bar = going && h("progress", { max: 1, value: run.fraction, "aria-label": `${run.label}: how far` });
  return h(
    "div",
    { class: "run" },
    h("span", { class: "bar" }, button, bar),
    h("span", { role: "status", class: !done && words ? "" : "unseen" }, words),
  );
}
