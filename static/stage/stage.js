// The stage: one lesson on screen.  Python declares views, layers, controls and tables; this file lays them out,
// scrubs the tables while a hand moves, and tells Python the values on release.  It knows no lesson and no formula.
// Modules are named with the version that Python asked for, so that an upgrade never meets a cached neighbour.
const version = new URL(import.meta.url).search;
const [{ Reader, Store }, { font, forgetWidths, format, h, rich }, { geometry, paint }, { under }, sections] = await Promise.all(
  ["tables", "text", "painter", "hands", "sections"].map(name => import(`./${name}.js${version}`)));
const { buildBottom, buildCard, buildControls, buildExtras, buildFormula, buildHead, buildPlayer, buildSide, buildTableView } = sections;

export const store = new Store();                          // outlives a component: tables are named by their content
const stages = new WeakMap();
const kept = new Map();                                    // what the server keeps for the reader, lesson by lesson, as far as this tab has seen
let unanswered = null, loss = "";                          // what was sent last; what was lost, in words
try { loss = sessionStorage.getItem("fisher-lab-lost") ?? ""; sessionStorage.removeItem("fisher-lab-lost"); } catch { /* forbidden by the browser */ }
let fonts;
const loadFonts = () => (fonts ??= Promise.all([["FisherMath", "KaTeX_Math-Italic", "italic"], ["FisherMain", "KaTeX_Main-Regular", "normal"]].map(([name, file, style]) => {
  const face = new FontFace(name, `url(${new URL(`./fonts/${file}.woff2`, import.meta.url)})`, { style });
  return face.load().then(f => document.fonts.add(f)).catch(() => undefined);
})));

class Stage {
  constructor(component) {
    this.root = component.parentElement;
    this.host = this.root.host ?? this.root;
    this.main = h("div", { class: "stage" });
    this.root.append(this.main);
    this.values = {}; this.signatures = {}; this.parts = {}; this.slots = {}; this.canvases = new Map();
    this.n = 0; this.rev = undefined; this.dirty = false; this.dragging = null; this.frame = 0; this.guess = {}; this.observed = {};
    this.play = { on: false, speed: 1 }; this.unsent = false; this.held = null; this.memory = new Map();
    this.sizes = new ResizeObserver(() => this.kick());
    this.build();
    loadFonts().then(() => { forgetWidths(); this.forceDraw(); });
    document.fonts.ready.then(() => { forgetWidths(); this.kick(); });
  }

  build() {
    const p = this.parts;
    for (const name of ["head", "figures", "controls", "formula", "side", "card", "bottom", "extras"]) p[name] = h("div", { class: name });
    p.left = h("section", { class: "left", "aria-label": "Figures" }, p.figures, p.controls, p.formula);
    p.aside = h("aside", { class: "aside", "aria-label": "Prediction and story" }, p.card, p.side);
    p.toast = h("div", { class: "toast", role: "status", "aria-live": "polite" }); p.shown = h("div", { class: "copied" });
    for (const event of ["pointerdown", "focusin"]) this.main.addEventListener(event, e => this.flush(e), true);
    this.main.addEventListener("keydown", e => { if (e.key === "Escape") this.dismiss(true); });
    this.life = new AbortController();
    document.addEventListener("pointerdown", e => { if (!e.composedPath().some(n => n.classList?.contains("tools"))) this.dismiss(); }, { signal: this.life.signal });
    this.main.append(p.head, h("div", { class: "grid" }, p.left, p.aside), p.bottom, p.extras, p.toast, p.shown);
  }

  // ---- data from Python
  update(component) {
    this.component = component;
    if (this.dragging && component.data.run && component.data.rev === this.rev && component.data.n > this.n) {  // news of a run waits for the hand
      store.add(component.data.tables, this); clearTimeout(this.looking); this.looking = setTimeout(() => this.look(), 400);
      return;
    }
    const data = (this.data = this.withLoss(component.data));
    const missing = store.add(data.tables, this, data.scene).join();
    store.answered(this, data.n);
    this.scene = data.scene;
    this.controls = new Map(data.controls.map(c => [c.key, c]));
    this.reader = new Reader(store, this.controls); this.reader.base = data.values;
    if (data.rev !== this.rev) {                           // Python moved something: preset, undo, reset, link
      this.rev = data.rev; this.values = { ...data.values, _moved: this.values._moved }; this.dirty = false; this.guess = {}; this.play.on = false;
    } else for (const k of Object.keys(data.values)) if (!(k in this.values)) this.values[k] = data.values[k];
    if (data.n === this.n && !this.dragging) this.dirty = false;
    this.readTheme();
    this.lacking = !!missing && missing !== this.missing; this.missing = missing;
    if (this.lacking) { this.commit(); return; }             // Python took them to be here: once more, naming what is
    this.render();
    if (data.link !== undefined && data.n === this.n && !this.play.on) this.writeAddress(data.link);
    this.main.dataset.ready = data.rev + "." + (this.n && data.n > this.n ? this.n : data.n);  // news of a run answers nothing that a hand sent
    clearTimeout(this.looking);
    if (data.run?.state === "waiting" || data.run?.state === "running") this.looking = setTimeout(() => this.look(), data.run.again);
  }
  /** Ask how far a run is; carries no values, and waits while an answer is due, so that it never overtakes what a hand did. */
  look() {
    if (!this.main.isConnected) return;
    if (this.data.n < this.n) { this.looking = setTimeout(() => this.look(), 400); return; }
    const n = Math.max(Date.now(), this.data.n + 1);
    this.component.setStateValue("state", { n, rev: this.rev, values: {}, action: { kind: "look" }, have: store.promise(this, n) });
  }

  writeAddress(link) {
    const url = location.pathname + (link ? "?" + link : "") + location.hash;
    if (url !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", url);
  }

  readTheme() {
    const css = getComputedStyle(this.host), page = css.getPropertyValue("--st-background-color").trim() || "#ffffff";
    const probe = document.createElement("canvas").getContext("2d"); probe.fillStyle = page; probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data, dark = 0.299 * r + 0.587 * g + 0.114 * b < 128;
    const theme = this.data.palette[dark ? "dark" : "light"];
    font.text = css.getPropertyValue("--st-font").trim() || font.text;
    if (this.T === theme && this.dark === dark) return;
    this.T = theme; this.dark = dark;
    for (const [k, v] of Object.entries(theme.mark)) this.main.style.setProperty("--" + k, v);
    for (const [k, v] of Object.entries(theme.text)) this.main.style.setProperty("--t-" + k, v);
    this.main.style.colorScheme = dark ? "dark" : "light";
  }

  section(name, slice, build) {
    const signature = JSON.stringify(slice);
    if (this.signatures[name] === signature) return;
    this.signatures[name] = signature; this.slots[name] = [];
    const element = this.parts[name], had = element.contains(this.root.activeElement ?? document.activeElement) ? (this.root.activeElement ?? document.activeElement)?.dataset?.key : null;
    element.replaceChildren(...[build(this.slots[name])].flat().filter(Boolean));
    if (had) element.querySelector(`[data-key="${had}"]`)?.focus({ preventScroll: true });
  }

  render() {
    const d = this.data, s = d.scene;
    this.section("head", [d.bar, d.claim, d.question, d.tabs, d.tab, d.notices, d.canUndo], slots => buildHead(this, slots));
    this.section("figures", [s.layout, s.refused, s.views.map(v => [v.id, v.caption, v.height, v.phone, v.kind, v.alt, v.sentence, v.kind === "table" ? v.cells : 0, v.layers?.filter(L => L.kind === "handle")]), !!s.player], slots => this.buildFigures(slots));
    this.section("controls", [s.controls.map(k => this.controls.get(k)), s.player], slots => buildControls(this, s.controls, slots));
    this.section("formula", s.formula, slots => buildFormula(this, slots));
    this.section("card", [d.predictions, d.rev, this.observed], slots => buildCard(this, slots));
    this.section("side", [d.reading, d.presets, d.look], slots => buildSide(this, slots));
    this.section("bottom", [d.bottom, d.badge, d.run && [d.run.label, d.run.state, d.run.message], this.moreOpen, [...d.bottom.groups, ...d.bottom.more].map(k => this.controls.get(k)), d.paste], slots => buildBottom(this, slots));
    this.section("extras", [d.extras, d.map, s.views.map(v => [v.caption, v.sentence, v.table]), !!s.player], slots => buildExtras(this, slots));
    const bar = d.run && this.parts.bottom.querySelector(".run progress");
    if (bar) bar.value = d.run.fraction;
    this.undoable();
    this.sync();
    this.forceDraw();
  }

  buildFigures(slots) {
    const s = this.scene;
    if (this.held) { this.held = this.dragging = null; this.after(null, 0); } // what was held is gone from the screen
    this.sizes.disconnect(); this.canvases.clear();
    this.parts.figures.classList.toggle("slotted", s.layout.slotted);
    this.parts.figures.style.setProperty("--columns", s.layout.columns);
    this.parts.figures.style.setProperty("--areas", s.layout.areas.map(a => `"${a}"`).join(" "));
    if (s.refused) return h("div", { class: "refused", role: "alert" }, rich(h("p"), s.refused, slots));
    const views = s.views.map(v => {
      const caption = rich(h("p", { class: "caption" }), v.caption, slots);
      if (v.id === s.views[0].id && this.data.predictions.length) caption.append(" ", h("a", { class: "jump", href: "#predict", onclick: e => { e.preventDefault(); this.parts.card.scrollIntoView({ behavior: "smooth" }); } }, "◆ Predict first ↓"));
      const box = h("div", { class: "view", style: `grid-area:${v.id}`, "data-view": v.id }, caption);
      if (v.kind === "table") { box.append(buildTableView(this, v, slots)); return box; }
      const handles = v.layers.filter(L => L.kind === "handle" && (L.x || L.y)), pick = v.layers.find(L => L.pick)?.pick;
      const canvas = h("canvas", { style: `--height:${v.height}px;--phone:${v.phone ?? Math.min(v.height, 300)}px`, "data-view": v.id });
      if (handles.length || pick) {
        canvas.tabIndex = 0; canvas.setAttribute("role", "slider"); canvas.setAttribute("aria-label", v.alt);
        canvas.classList.add("live");
        canvas.onkeydown = e => this.keys(e, handles, pick);
      } else { canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", v.alt); }
      canvas.onpointerdown = e => this.grab(e, canvas, v.id); canvas.onpointermove = e => this.hover(e, canvas, v.id);
      canvas.addEventListener("touchstart", e => { if (this.held?.firm && e.touches.length === 1) e.preventDefault(); }, { passive: false }); // held, not swiped
      this.canvases.set(v.id, { canvas, handles });
      this.sizes.observe(canvas);
      box.append(canvas);
      return box;
    });
    return s.player ? [...views, buildPlayer(this, s.player, slots)] : views;
  }

  // ---- drawing
  view(id) { return this.scene.views.find(v => v.id === id); }
  get environment() {
    return {
      memory: this.memory, T: this.T, styles: this.data.styles, state: this.values, phone: innerWidth <= 700,
      read: r => this.reader.array(r, this.values), number: r => this.reader.value(r, this.values),
      lookup: s => this.lookup(s), guesses: i => this.guessMarks(i), shown: w => this.condition(w),
      handleX: (view, g) => { const L = view.layers.find(l => l.kind === "handle" && l.x && l.y === undefined && !l.invisible); return L ? g.X(this.values[L.x]) : undefined; },
    };
  }
  condition(when) { return Object.entries(when).every(([k, v]) => (Array.isArray(v) ? v.includes(this.values[k]) : this.values[k] === v)); }

  kick() { this.frame ||= requestAnimationFrame(() => this.draw()); }
  forceDraw() { cancelAnimationFrame(this.frame); this.frame = 0; this.draw(); }
  draw() {
    this.frame = 0;
    if (!this.scene || this.scene.refused || !this.T || this.lacking) return;
    const env = this.environment;
    for (const [id, { canvas }] of this.canvases) {
      const view = this.view(id), w = canvas.clientWidth, ht = canvas.clientHeight;
      if (!view || !w || !ht) continue;
      const ratio = devicePixelRatio || 1, W = Math.round(w * ratio), H = Math.round(ht * ratio);
      if (canvas.width !== W || canvas.height !== H) { canvas.width = W; canvas.height = H; }
      const c = canvas.getContext("2d"); c.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint(view, c, w, ht, env);
      const L = view.layers.find(l => l.kind === "handle"), pick = view.layers.find(l => l.pick)?.pick;
      if ((L || pick) && canvas.getAttribute("role") === "slider") {
        const keys = L ? [L.x, L.y].filter(Boolean) : [pick], words = keys.map(k => `${this.controls.get(k).spoken} ${this.show(k)}`).join(", "), first = this.controls.get(keys[0]);
        canvas.setAttribute("aria-valuetext", words); canvas.setAttribute("aria-valuenow", this.values[keys[0]]); canvas.setAttribute("aria-valuemin", first.nodes[0]); canvas.setAttribute("aria-valuemax", first.nodes.at(-1));
      }
    }
    this.write();
  }

  lookup(slot) {
    const [name, spec] = slot.split(":"), N = this.scene.numbers[name];
    if (!N) return this.controls.has(name) ? this.show(name, spec) : null;
    if (N.text !== undefined) return N.text;
    const value = !this.dirty && N.exact !== undefined && N.exact !== null ? (N.exact.t ? this.reader.value(N.exact, this.values) : N.exact) : N.ref !== undefined ? this.reader.value(N.ref, this.values) : N.exact;
    return format(value === "inf" ? Infinity : value === "-inf" ? -Infinity : value === "nan" ? NaN : value, spec ?? N.format) ?? N.none ?? null;
  }
  /** The option that a choice stands at: its value, or the first there is where the present scene does not offer that. */
  offered(c) { const v = this.values[c.key]; return c.options.some(o => o.value === v) ? v : c.options[0]?.value; }
  show(key, spec) {
    const c = this.controls.get(key), v = this.values[key];
    if (c.options) return c.options.find(o => o.value === this.offered(c))?.label.replace(/[_`]/g, "") ?? String(v);
    return format(v, spec ?? c.format) + (c.unit ?? "");
  }
  write() {
    for (const list of Object.values(this.slots)) for (const s of list) {
      const text = this.lookup(s.slot); if (text === s.last) continue;
      s.last = text; s.element.textContent = text ?? "?"; s.element.classList.toggle("unknown", text === null);
    }
  }

  // ---- controls
  /** Set a control to the node nearest to `value`; returns whether it changed. */
  set(key, value) {
    const c = this.controls.get(key);
    if (c.nodes && !(this.play.on && key === this.scene.player?.control)) { let lo = 0, hi = c.nodes.length - 1; while (hi - lo > 1) { const m = (lo + hi) >> 1; if (c.nodes[m] <= value) lo = m; else hi = m; } value = Math.abs(c.nodes[hi] - value) < Math.abs(c.nodes[lo] - value) ? c.nodes[hi] : c.nodes[lo]; }
    if (this.values[key] === value) return false;
    this.values[key] = value; this.values._moved = key; if (!c.local) this.dirty = true; this.sync(key); this.kick(); return true;
  }
  step(key, by) { const c = this.controls.get(key), i = this.index(key); return this.set(key, c.nodes[Math.max(0, Math.min(c.nodes.length - 1, i + by))]); }
  index(key) { const c = this.controls.get(key), v = this.values[key]; let best = 0; for (let i = 1; i < c.nodes.length; i++) if (Math.abs(c.nodes[i] - v) < Math.abs(c.nodes[best] - v)) best = i; return best; }
  /** Bring native inputs in line with the values. */
  sync(only) {
    for (const input of this.main.querySelectorAll(only ? `[data-control="${only}"]` : "[data-control]")) {
      const key = input.dataset.control, c = this.controls.get(key); if (!c) continue;
      if (input.type === "range") { const i = this.index(key); input.value = i; input.style.setProperty("--f", (100 * i) / Math.max(1, c.nodes.length - 1) + "%"); input.setAttribute("aria-valuetext", this.show(key)); }
      else if (input.getAttribute("role") === "switch") input.setAttribute("aria-checked", String(!!this.values[key]));
      else if (input.dataset.value !== undefined) { const on = String(this.offered(c)) === input.dataset.value; input.setAttribute("aria-checked", String(on)); input.tabIndex = on ? 0 : -1; input.classList.toggle("on", on); }
      else if (input.type === "number" && input !== (this.root.activeElement ?? document.activeElement)) input.value = this.values[key];
    }
  }
  message(action = null) {
    const { _moved, ...values } = this.values, n = Math.max(Date.now(), this.n + 1);
    return { n, rev: this.rev, values, action, have: store.promise(this, n) };
  }
  commit(action = null) { clearTimeout(this.later); this.unsent = false; this.send(this.message(action)); }
  send(message) {
    unanswered = { slug: this.data.slug, message };
    this.component.setStateValue("state", message);
    this.main.dataset.sent = this.n = message.n;
    this.awaitAnswer(message);
  }
  /**
   * An answer that does not come was lost on the way, or a server that was restarted does not know this session: its run
   * ends without one.  While there is no connection nothing is counted.  First the message goes once more (a repeat is the
   * same message); then the page begins anew from its address.
   */
  awaitAnswer(message) {
    clearInterval(this.waiting);
    let idle = 0, repeated = false;
    this.waiting = setInterval(async () => {
      const answered = () => this.data.n >= message.n || !this.main.isConnected;
      if (answered()) { clearInterval(this.waiting); return; }
      const { testScriptState: run, testConnectionState: line = "CONNECTED" } = document.querySelector("[data-testid=stApp]")?.dataset ?? {};
      idle = run === "notRunning" && line === "CONNECTED" ? idle + 1 : 0;
      if (idle < 3 || !(await fetch(new URL("_stcore/health", document.baseURI)).then(r => r.ok, () => false)) || answered()) return;
      idle = 0;
      if (!repeated) { repeated = true; this.component.setStateValue("state", message); return; }
      clearInterval(this.waiting);
      try { sessionStorage.setItem("fisher-lab-lost", lost()); } catch { /* a browser may forbid it: then nothing is said */ }
      location.assign(location.pathname + "?" + new URLSearchParams([["tab", this.data.tab], ...[...this.controls.keys()].map(k => [k, String(this.values[k])])]));
    }, 700);
  }
  /** Another session than before: what the last one kept is lost, which is said above the lesson; what it did not answer is sent again. */
  withLoss(data) {
    const before = kept.get(data.slug);
    if (before && before.session !== data.session) {
      loss = lost() || loss; kept.clear();
      const { slug, message } = unanswered ?? {};
      if (slug === data.slug && data.n < message.n) setTimeout(() => { Object.assign(this.values, message.values); this.sync(); this.send({ ...message, rev: this.rev, have: store.promise(this, message.n) }); });
    }
    kept.set(data.slug, { session: data.session, answers: data.predictions.filter(p => p.answered && p.given !== null).length, data: !!data.paste?.active });
    return loss ? { ...data, notices: [loss, ...data.notices] } : data;
  }

  act(action) { this.stop(); if (action.kind === "dismiss") loss = ""; this.commit(action); }

  keys(e, handles, pick) {
    const L = handles[0] ?? { x: pick }, by = e.shiftKey ? 10 : 1, move = { ArrowRight: ["x", 1], ArrowLeft: ["x", -1], ArrowUp: ["y", 1], ArrowDown: ["y", -1] }[e.key];
    if (move) {
      const key = L[move[0]] ?? L.x ?? L.y; if (!key) return;
      this.step(key, move[1] * by); e.preventDefault(); this.after(key);
    } else if (e.key === "Home" || e.key === "End") { const key = L.x ?? L.y, n = this.controls.get(key).nodes; this.set(key, e.key === "Home" ? n[0] : n.at(-1)); e.preventDefault(); this.after(key); }
  }
  /** A control came to rest: tell Python now, or, for one that only the browser uses, when it has been still a while. */
  after(key, wait = 180) { clearTimeout(this.later); this.unsent = key ?? true; this.undoable(); this.later = setTimeout(() => this.commit(), this.controls.get(key)?.local ? 600 : wait); }

  /** What waits long to be told is told before a hand turns to another control, so that each is a step of its own for Undo.
   *  (Actions carry it with them; and an answer must not rebuild a button under a finger.) */
  flush(e) {
    const control = e.target.closest?.("[data-control], canvas");
    if (control && !this.play.on && this.controls?.get(this.unsent)?.local && (e.type !== "focusin" || control.dataset.control !== this.unsent)) this.commit();
  }
  undoable() { const undo = this.parts.head.querySelector("[data-key='tool-undo']"); if (undo) undo.disabled = !(this.data.canUndo || this.unsent); }

  place(e, canvas) { const b = canvas.getBoundingClientRect(); return [e.clientX - b.left, e.clientY - b.top]; }
  /** What the pointer would take hold of, there where it is. */
  reached(e, canvas, id) { const view = this.view(id); return view && under(this, view, geometry(view, canvas.clientWidth, canvas.clientHeight), ...this.place(e, canvas), e.pointerType); }
  hover(e, canvas, id) { if (!this.held && e.pointerType !== "touch") canvas.style.cursor = this.reached(e, canvas, id)?.cursor ?? ""; }
  grab(e, canvas, id) {
    if (this.held || e.button) return;
    const hold = this.reached(e, canvas, id); if (!hold) return;
    if (this.stop()) this.commit();
    const [x, y] = this.place(e, canvas), finger = e.pointerType === "touch", before = hold.keys.map(k => this.values[k]), dirty = this.dirty;
    this.held = hold; this.dragging = hold.keys; canvas.setPointerCapture?.(e.pointerId); canvas.focus?.({ preventScroll: true });
    if (hold.tap && !finger) hold.tap(x, y);
    if (hold.cursor === "grab") canvas.style.cursor = "grabbing";
    canvas.onpointermove = ev => { if (ev.pointerId === e.pointerId) hold.move?.(...this.place(ev, canvas)); };
    canvas.onpointerup = canvas.onpointercancel = ev => {
      if (ev.pointerId !== e.pointerId) return;
      canvas.onpointerup = canvas.onpointercancel = null; canvas.onpointermove = m => this.hover(m, canvas, id);
      this.held = this.dragging = null; canvas.style.cursor = "";
      const at = this.place(ev, canvas), gone = ev.type === "pointercancel";
      if (gone) { hold.keys.forEach((k, i) => this.set(k, before[i])); this.dirty = dirty; } // the finger meant to scroll
      else if (finger && hold.tap && Math.hypot(at[0] - x, at[1] - y) < 10) hold.tap(x, y);
      if (!gone) this.hover(ev, canvas, id);
      if (hold.keys.some((k, i) => this.values[k] !== before[i])) this.after(hold.keys.find(k => !this.controls.get(k).local) ?? hold.keys[0], 0);
    };
  }

  // ---- predictions
  pending() { const p = this.data.predictions[this.data.asked]; return p && !p.answered ? p : null; }
  optionAt(asked, g, x, y) {
    let best = null, d = 26;
    for (const o of asked.options) { if (!o.at) continue; const q = Math.hypot(g.X(this.reader.value(o.at.x, this.values)) - x, g.Y(this.reader.value(o.at.y, this.values)) - y); if (q < d) { d = q; best = o.key; } }
    return best;
  }
  choose(item, key) { this.guess[item.key] = key; this.redoCard(); this.kick(); }
  drawGuess(item) { this.parts.card.querySelectorAll("[data-guess]").forEach(e => { const v = this.guess[item.key]?.[e.dataset.guess]; if (v !== undefined) e.value = v; }); this.kick(); }
  redoCard() { this.signatures.card = undefined; this.section("card", [this.data.predictions, this.data.rev, this.observed, Math.random()], slots => buildCard(this, slots)); this.write(); }
  guessMarks(key) {
    const item = this.data.predictions.find(p => p.key === key); if (!item) return [];
    const chosen = item.answered ? item.given : this.guess[key], marks = [], value = r => this.reader.value(r, this.values);
    if (item.kind === "choice") {
      for (const o of item.options) {
        if (!o.at || !this.condition(item.when ?? {})) continue;
        const m = { x: value(o.at.x), y: value(o.at.y) };
        if (o.key === chosen) marks.push({ ...m, text: o.short ?? o.label, caption: "your guess" }); else marks.push({ ...m, kind: "option", text: item.answered ? "" : o.short ?? o.label });
      }
    } else if (item.kind === "point" && chosen && chosen.x !== undefined && chosen.y !== undefined) marks.push({ ...chosen, text: "your guess" });
    return marks;
  }

  // ---- player: one clock for all views
  toggle() {
    const key = this.scene.player.control, nodes = this.controls.get(key).nodes;
    if (this.stop()) { this.after(key); return; }
    if (this.unsent) this.commit();
    if (this.values[key] >= nodes.at(-1)) this.set(key, nodes[0]);
    this.play = { ...this.play, on: true, since: performance.now(), from: this.values[key] };
    const tick = now => {
      if (!this.play.on || !this.main.isConnected) { this.playerLooks(); return; }
      const at = this.play.from + ((now - this.play.since) / 1000) * (this.scene.player.rate ?? 20) * this.play.speed, end = nodes.at(-1);
      this.set(key, Math.min(end, at)); if (at >= end) { this.play.on = false; this.playerLooks(); this.after(key); return; }
      requestAnimationFrame(tick);
    };
    this.playerLooks(); requestAnimationFrame(tick);
  }
  /** Stop the clock, at a whole step; returns whether it ran. */
  stop() { const ran = this.play.on, key = this.scene.player?.control; this.play.on = false; if (ran && key) { this.set(key, Math.round(this.values[key])); this.playerLooks(); } return ran; }
  playerLooks() { this.main.querySelector(".player")?.classList.toggle("playing", this.play.on); const b = this.main.querySelector(".player .play"); if (b) b.setAttribute("aria-label", this.play.on ? "Pause" : "Play"); }
  navigate(e, to) { if (e.metaKey || e.ctrlKey || e.shiftKey || e.button) return; e.preventDefault(); this.act({ kind: "go", page: to.page }); }
  /** Close the menu; `all`: and what is shown until it is dismissed. */
  dismiss(all = false) {
    const menu = this.parts.head.querySelector(".menu");
    if (menu && !menu.hidden) { menu.hidden = true; const opener = this.parts.head.querySelector("[data-key='tool-download']"); opener.setAttribute("aria-expanded", "false"); if (menu.contains(this.root.activeElement ?? document.activeElement)) opener.focus({ preventScroll: true }); }
    if (all) this.parts.shown.replaceChildren();
  }
  leaveStanding(...parts) { this.parts.shown.replaceChildren(...parts, h("button", { type: "button", class: "button", onclick: () => this.dismiss(true) }, "OK")); }
  say(text) { this.parts.toast.textContent = text; clearTimeout(this.hush); this.hush = setTimeout(() => { this.parts.toast.textContent = ""; }, 4000); }
}

/** What a server that has started again no longer has of this reader's: a sentence, empty where it is nothing. */
function lost() {
  const answers = [...kept.values()].reduce((sum, k) => sum + k.answers, 0), pasted = [...kept.values()].some(k => k.data);
  const gone = [answers && (answers === 1 ? "your answer" : `your ${answers} answers`), pasted && "the numbers that you pasted"].filter(Boolean);
  return gone.length ? `The server has started again, and no longer has ${gone.join(" and ")}. The settings are as you left them.` : "";
}

export function mount(component) {
  let stage = stages.get(component.parentElement);
  if (!stage) stages.set(component.parentElement, (stage = new Stage(component)));
  stage.update(component);
  return () => {
    if (stage.unsent) unanswered = { slug: stage.data.slug, message: stage.message() };
    stage.play.on = false; clearTimeout(stage.later); clearTimeout(stage.looking);
    store.leave(stage); stage.life.abort(); stage.sizes.disconnect(); stages.delete(component.parentElement); stage.main.remove();
  };
}
