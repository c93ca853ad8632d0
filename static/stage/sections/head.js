// The head of a lesson: where it stands in the course, the tools, the claim, the question, the tabs.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h, rich } = await import(`../dom.js${version}`);
/** @type {typeof import("./buttons.js")} */
const { reveal, roving, tool } = await import(`./buttons.js${version}`);
/** @type {typeof import("./copying.js")} */
const { copyLink } = await import(`./copying.js${version}`);
/** @type {typeof import("./downloads.js")} */
const { downloads } = await import(`./downloads.js${version}`);

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../types").Slot} Slot */

/** @param {Stage} stage @param {Slot[]} slots */
export function buildHead(stage, slots) {
  const d = stage.data;
  return [
    buildBar(stage),
    buildNotices(stage),
    rich(h("h1"), d.claim, slots),
    h("div", { class: "ask" }, rich(h("p", { class: "question" }), d.question, slots), buildTabs(stage, slots)),
  ];
}

/** @param {Stage} stage */
function buildBar(stage) {
  const { bar, canUndo } = stage.data;
  /** @param {import("../types").Neighbour | null} x @param {boolean} before */
  const near = (x, before) =>
    x &&
    h(
      "a",
      { href: x.href, "data-page": x.page, target: "_self", onclick: e => stage.navigate(e, x) },
      before ? "‹ " : "",
      h("span", { class: "name" }, x.title),
      before ? "" : " ›",
    );
  const menu = h("div", { class: "menu", hidden: true, onclick: () => stage.dismiss() });
  const tools = h(
    "span",
    { class: "tools" },
    tool("undo", "Undo", () => stage.act({ kind: "undo" }), { disabled: !canUndo }),
    tool("reset", "Reset", () => stage.act({ kind: "reset" })),
    tool("link", "Copy link", () => copyLink(stage)),
    tool("code", "The Python that made this figure", () => reveal(stage, "code")),
    tool("table", "Figure as text and table", () => reveal(stage, "twin")),
    tool(
      "download",
      "Download figure or data",
      e => {
        menu.replaceChildren(
          ...downloads(stage).map(([label, onclick]) => h("button", { type: "button", onclick }, label)),
        );
        menu.hidden = !menu.hidden;
        e.currentTarget.setAttribute("aria-expanded", String(!menu.hidden));
      },
      { "aria-haspopup": "true", "aria-expanded": "false" },
    ),
    menu,
  );
  return h(
    "nav",
    { class: "bar", "aria-label": "Lesson" },
    near(bar.previous, true),
    h("span", { class: "position" }, bar.position),
    near(bar.next, false),
    h("span", { class: "space" }),
    tools,
  );
}

/** @param {Stage} stage */
function buildNotices(stage) {
  const { notices } = stage.data;
  if (!notices?.length) return null;
  const ok = () => stage.act({ kind: "dismiss" });
  return h(
    "div",
    { class: "notices", role: "alert" },
    notices.map(n => h("p", {}, n)),
    h("button", { type: "button", class: "plain", onclick: ok }, "OK"),
  );
}

/** @param {Stage} stage @param {Slot[]} slots */
function buildTabs(stage, slots) {
  const { tabs, tab } = stage.data;
  if (tabs.length < 2) return null;
  const buttons = tabs.map(t => {
    const attributes = {
      type: "button",
      role: "tab",
      "data-key": "tab-" + t.key,
      "aria-selected": String(t.key === tab),
      tabindex: t.key === tab ? 0 : -1,
      onclick: () => stage.act({ kind: "tab", tab: t.key }),
      onkeydown: roving,
    };
    return h("button", attributes, rich(h("span"), t.label, slots));
  });
  return h("div", { class: "tabs", role: "tablist", "aria-label": "Figures of this lesson" }, buttons);
}
