// The stage: one lesson on screen.  Python declares views, layers, controls and tables; this file lays them out,
// scrubs the tables while a hand moves, and tells Python the values on release.  It knows no lesson and no formula.
// Modules are named with the version that Python asked for, so that an upgrade never meets a cached neighbour.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./tables.js")} */
const { Reader } = await import(`./tables.js${version}`);
/** @type {typeof import("./dom.js")} */
const { h } = await import(`./dom.js${version}`);
/** @type {typeof import("./writing.js")} */
const { forgetWidths } = await import(`./writing.js${version}`);
/** @type {typeof import("./fonts.js")} */
const { loadFonts } = await import(`./fonts.js${version}`);
/** @type {typeof import("./session.js")} */
const { store } = await import(`./session.js${version}`);
/** @type {typeof import("./screen.js")} */
const { Screen } = await import(`./screen.js${version}`);
/** @type {typeof import("./figures.js")} */
const { buildFigures, drawFigures } = await import(`./figures.js${version}`);
/** @type {typeof import("./painter/geometry.js")} */
const { lineUp } = await import(`./painter/geometry.js${version}`);
/** @type {typeof import("./sections/head.js")} */
const { buildHead } = await import(`./sections/head.js${version}`);
/** @type {typeof import("./sections/controls.js")} */
const { buildControls } = await import(`./sections/controls.js${version}`);
/** @type {typeof import("./sections/formula.js")} */
const { buildFormula } = await import(`./sections/formula.js${version}`);
/** @type {typeof import("./sections/card.js")} */
const { buildCard } = await import(`./sections/card.js${version}`);
/** @type {typeof import("./sections/bottom.js")} */
const { buildBottom } = await import(`./sections/bottom.js${version}`);
/** @type {typeof import("./sections/extras.js")} */
const { buildExtras, buildSide } = await import(`./sections/extras.js${version}`);

/** @typedef {import("./types").Slot} Slot */
/** @typedef {import("./session.js").Component} Component */

export { store };
/** The stages on this page, by what they stand in. @type {WeakMap<Component["parentElement"], Stage>} */
export const stages = new WeakMap();

export class Stage extends Screen {
  /** @param {Component} component */
  constructor(component) {
    super(component.parentElement);
    /** @type {Map<string, HTMLCanvasElement>} */
    this.canvases = new Map();
    /** The controls that a hand moves now, and what it holds. @type {string[] | null} */
    this.dragging = null;
    /** @type {import("./types").Hold | null} */
    this.held = null;
    this.frame = 0;
    /** Answers not yet committed, and what the reader says to have seen, by question. @type {Record<string, any>} */
    this.guess = {};
    /** @type {Record<string, number>} */
    this.observed = {};
    /** @type {Map<string, Map<string, number>>} */
    this.memory = new Map();
    /** The names in the last picture. @type {NonNullable<import("./types").Environment["written"]>} */
    this.written = [];
    this.missing = "";
    this.lacking = false;
    this.moreOpen = false;
    this.pasted = "";
    this.life = new AbortController();
    this.sizes = new ResizeObserver(() => this.kick());
    this.build();
    loadFonts().then(() => {
      forgetWidths();
      this.forceDraw();
    });
    document.fonts.ready.then(() => {
      forgetWidths();
      this.kick();
    });
  }

  build() {
    const p = this.parts;
    for (const name of ["head", "figures", "controls", "formula", "side", "card", "bottom", "extras"])
      p[name] = h("div", { class: name });
    p.left = h("section", { class: "left", "aria-label": "Figures" }, p.figures, p.controls, p.formula);
    p.aside = h("aside", { class: "aside", "aria-label": "Prediction and story" }, p.card, p.side);
    p.toast = h("div", { class: "toast", role: "status", "aria-live": "polite" });
    p.shown = h("div", { class: "copied" });
    for (const event of ["pointerdown", "focusin"]) this.main.addEventListener(event, e => this.flush(e), true);
    this.main.addEventListener("keydown", e => {
      if (e.key === "Escape") this.dismiss(true);
    });
    /** @param {Event} e */
    const outside = e => {
      if (!e.composedPath().some(n => n instanceof Element && n.classList.contains("tools"))) this.dismiss();
    };
    document.addEventListener("pointerdown", outside, { signal: this.life.signal });
    this.main.append(p.head, h("div", { class: "grid" }, p.left, p.aside), p.bottom, p.extras, p.toast, p.shown);
  }

  // ---- data from Python
  /** @param {Component} component */
  update(component) {
    this.component = component;
    if (this.dragging && component.data.run && component.data.rev === this.rev && component.data.n > this.n) {
      // news of a run waits for the hand
      store.add(component.data.tables, this);
      clearTimeout(this.looking);
      this.looking = setTimeout(() => this.look(), 400);
      return;
    }
    const data = (this.data = this.withLoss(component.data));
    const missing = store.add(data.tables, this, data.scene).join();
    store.answered(this, data.n);
    this.scene = data.scene;
    lineUp(this.scene.views);
    this.controls = new Map(data.controls.map(c => [c.key, c]));
    this.reader = new Reader(store, this.controls);
    this.reader.base = data.values;
    if (data.rev !== this.rev) {
      // Python moved something: preset, undo, reset, link
      this.rev = data.rev;
      this.values = { ...data.values, _moved: this.values._moved };
      this.dirty = false;
      this.guess = {};
      this.play.on = false;
    } else for (const k of Object.keys(data.values)) if (!(k in this.values)) this.values[k] = data.values[k];
    if (data.n === this.n && !this.dragging) this.dirty = false;
    if (!this.dragging && !this.play.on) this.memory.clear(); // at rest names stand where the same link would put them
    this.readTheme();
    this.lacking = !!missing && missing !== this.missing;
    this.missing = missing;
    if (this.lacking) {
      // Python took them to be here: once more, naming what is
      this.commit();
      return;
    }
    this.render();
    if (data.link !== undefined && data.n === this.n && !this.play.on) writeAddress(data.link);
    // news of a run answers nothing that a hand sent
    this.main.dataset.ready = data.rev + "." + (this.n && data.n > this.n ? this.n : data.n);
    clearTimeout(this.looking);
    if (data.run?.state === "waiting" || data.run?.state === "running")
      this.looking = setTimeout(() => this.look(), data.run.again);
  }

  render() {
    const { data: d, scene: s } = this;
    /** @type {import("./types").View[]} */
    const views = s.views;
    const shapes = views.map(v => [
      [v.id, v.caption, v.height, v.phone, v.kind, v.alt, v.sentence, v.kind === "table" ? v.cells : 0],
      v.layers?.filter(L => L.kind === "handle"),
    ]);
    const run = d.run && [d.run.label, d.run.state, d.run.message];
    /** @param {string} k */
    const control = k => this.controls.get(k);
    const below = [...d.bottom.groups, ...d.bottom.more].map(control);
    const twins = views.map(v => [v.caption, v.sentence, v.table]);
    this.section("head", [d.bar, d.claim, d.question, d.tabs, d.tab, d.notices, d.canUndo], x => buildHead(this, x));
    this.section("figures", [s.layout, s.refused, shapes, !!s.player], x => buildFigures(this, x));
    this.section("controls", [s.controls.map(control), s.player], x => buildControls(this, s.controls, x));
    this.section("formula", s.formula, x => buildFormula(this, x));
    this.section("card", [d.predictions, d.rev, this.observed], x => buildCard(this, x));
    this.section("side", [d.reading, d.presets, d.look], x => buildSide(this, x));
    this.section("bottom", [d.bottom, d.badge, run, this.moreOpen, below, d.paste], x => buildBottom(this, x));
    this.section("extras", [d.extras, d.map, twins, !!s.player], x => buildExtras(this, x));
    const bar = this.parts.bottom.querySelector(".run progress");
    if (d.run && bar instanceof HTMLProgressElement) bar.value = d.run.fraction;
    this.undoable();
    this.sync();
    this.forceDraw();
  }

  redoCard() {
    this.signatures.card = undefined;
    const { predictions, rev } = this.data;
    this.section("card", [predictions, rev, this.observed, Math.random()], slots => buildCard(this, slots));
    this.write();
  }

  // ---- drawing
  /** @param {string} id @returns {import("./types").View | undefined} */
  view(id) {
    return this.scene.views.find(v => v.id === id);
  }

  kick() {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  forceDraw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.draw();
  }

  draw() {
    this.frame = 0;
    if (!this.scene || this.scene.refused || !this.T || this.lacking) return;
    drawFigures(this);
    this.write();
  }

  // ---- controls
  /** @param {string} key */
  moved(key) {
    this.sync(key);
    this.kick();
  }

  /**
   * What waits long to be told is told before a hand turns to another control, so that each is a step of its own
   * for Undo. (Actions carry it with them; and an answer must not rebuild a button under a finger.)
   * @param {Event} e
   */
  flush(e) {
    const control = /** @type {HTMLElement | null} */ (
      /** @type {Element} */ (e.target).closest?.("[data-control], canvas")
    );
    const waiting = typeof this.unsent === "string" && this.controls.get(this.unsent)?.local;
    const another = e.type !== "focusin" || control?.dataset.control !== this.unsent;
    if (control && !this.play.on && waiting && another) this.commit();
  }

  // ---- around the lesson
  /** @param {MouseEvent} e @param {{ page: string }} to */
  navigate(e, to) {
    if (e.metaKey || e.ctrlKey || e.shiftKey || e.button) return;
    e.preventDefault();
    this.act({ kind: "go", page: to.page });
  }

  leave() {
    super.leave();
    this.life.abort();
    this.sizes.disconnect();
    stages.delete(this.root);
    this.main.remove();
  }
}

/** The address names what is shown. @param {string} link */
function writeAddress(link) {
  const url = location.pathname + (link ? "?" + link : "") + location.hash;
  if (url !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", url);
}

/** @param {Component} component */
export function mount(component) {
  let stage = stages.get(component.parentElement);
  if (!stage) stages.set(component.parentElement, (stage = new Stage(component)));
  stage.update(component);
  const mounted = stage;
  return () => mounted.leave();
}
