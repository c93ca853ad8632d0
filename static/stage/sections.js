// The parts of a lesson around its figures, each built from its slice of the data.
const version = new URL(import.meta.url).search;
const [{ mark, paint }, { SvgContext }, { format, h, icon, plain, rich }] = await Promise.all(["painter", "svg", "text"].map(name => import(`./${name}.js${version}`)));

const ICONS = {
  undo: "M7 5L3.5 8.5 7 12M4 8.5h7.5a4 4 0 0 1 0 8H9", reset: "M4 10a6 6 0 1 0 2-4.5M6 2.5v3.5h3.5", link: "M8.5 11.5l3-3M7 9.5L5 11.5a2.5 2.5 0 0 0 3.5 3.5l2-2M13 10.5l2-2A2.5 2.5 0 0 0 11.5 5l-2 2",
  code: "M7 6l-4 4 4 4M13 6l4 4-4 4", table: "M3.5 4.500h13v11h-13zM3.5 8h13M3.5 11.800h13M8 8v7.5", download: "M10 3v9M6.5 8.700L10 12.200l3.5-3.500M4 16h12",
  play: "M6 4l10 6-10 6z", pause: "M6 4v12M13 4v12", back: "M15 5l-7 5 7 5zM5 5v10", forward: "M5 5l7 5-7 5zM15 5v10", diamond: "M10 3l6 7-6 7-6-7z", tick: "M4 10.500l4 4 8-9", down: "M5 8l5 5 5-5",
};
const tool = (name, label, onclick, extra = {}) => h("button", { type: "button", title: label, "aria-label": label, "data-key": "tool-" + name, onclick, ...extra }, icon(ICONS[name]));

// ---- head
export function buildHead(stage, slots) {
  const d = stage.data, b = d.bar, near = (x, before) => x && h("a", { href: x.href, "data-page": x.page, target: "_self", onclick: e => stage.navigate(e, x) }, before ? "‹ " : "", h("span", { class: "name" }, x.title), before ? "" : " ›");
  const menu = h("div", { class: "menu", hidden: true, onclick: () => stage.dismiss() }, h("button", { type: "button", onclick: () => exportFigure(stage, "svg") }, "Figure, SVG"), h("button", { type: "button", onclick: () => exportFigure(stage, "png") }, "Figure, PNG"), h("button", { type: "button", onclick: () => exportData(stage) }, "Data, CSV"));
  const bar = h("nav", { class: "bar", "aria-label": "Lesson" }, near(b.previous, true), h("span", { class: "position" }, b.position), near(b.next, false), h("span", { class: "space" }),
    h("span", { class: "tools" },
      tool("undo", "Undo", () => stage.act({ kind: "undo" }), { disabled: !d.canUndo }), tool("reset", "Reset", () => stage.act({ kind: "reset" })), tool("link", "Copy link", () => copyLink(stage)),
      tool("code", "The Python that made this figure", () => open(stage, "code")), tool("table", "Figure as text and table", () => open(stage, "twin")),
      tool("download", "Download figure or data", e => { menu.hidden = !menu.hidden; e.currentTarget.setAttribute("aria-expanded", String(!menu.hidden)); }, { "aria-haspopup": "true", "aria-expanded": "false" }), menu));
  const notices = (d.notices ?? []).length ? h("div", { class: "notices", role: "alert" }, d.notices.map(n => h("p", {}, n)), h("button", { type: "button", class: "plain", onclick: () => stage.act({ kind: "dismiss" }) }, "OK")) : null;
  const tabs = d.tabs.length > 1 ? h("div", { class: "tabs", role: "tablist", "aria-label": "Figures of this lesson" }, d.tabs.map(t => h("button", { type: "button", role: "tab", "data-key": "tab-" + t.key, "aria-selected": String(t.key === d.tab), tabindex: t.key === d.tab ? 0 : -1, onclick: () => stage.act({ kind: "tab", tab: t.key }), onkeydown: roving }, rich(h("span"), t.label, slots)))) : null;
  return [bar, notices, rich(h("h1"), d.claim, slots), h("div", { class: "ask" }, rich(h("p", { class: "question" }), d.question, slots), tabs)];
}
function roving(e) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key]; if (!step) return;
  const all = [...e.currentTarget.parentElement.querySelectorAll("button")], next = all[(all.indexOf(e.currentTarget) + step + all.length) % all.length];
  e.preventDefault(); next.focus(); next.click();
}
const copyLink = stage => copy(stage, location.origin + location.pathname + (stage.data.link ? "?" + stage.data.link : ""), "Link", true);
/** To the clipboard; by the old way on a page without https, which may not use the new one; and where neither works, in words. */
async function copy(stage, text, name, keep = false) {
  const done = (await navigator.clipboard?.writeText(text).then(() => true, () => false)) || copyTheOldWay(text);
  if (done && !keep) { stage.say(`${name} copied.`); return; }
  const field = h("textarea", { rows: keep ? 2 : 5, readonly: true, spellcheck: "false", "aria-label": name }); field.value = text;
  stage.leaveStanding(h("p", { role: "status" }, done ? `${name} copied.` : `This browser does not let the page copy. The text is selected: press ${/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘C" : "Ctrl+C"}.`), field);
  if (!done) { field.focus({ preventScroll: true }); field.select(); }
}
function copyTheOldWay(text) {
  const field = h("textarea", { readonly: true, style: "position:fixed;top:0;left:0;opacity:0" }), root = document.activeElement?.shadowRoot, before = root?.activeElement ?? document.activeElement;
  field.value = text; document.body.append(field); field.focus({ preventScroll: true }); field.select();
  try { return document.execCommand("copy"); } catch { return false; } finally { field.remove(); before?.focus?.({ preventScroll: true }); }
}
function open(stage, name) { const e = stage.parts.extras.querySelector(`details[data-name="${name}"]`); if (!e) return; e.open = true; e.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" }); e.querySelector("summary").focus({ preventScroll: true }); }

// ---- controls
function slider(stage, c, slots) {
  const range = `${format(c.nodes[0], c.format)} to ${format(c.nodes.at(-1), c.format)}`;
  const input = h("input", { type: "range", min: 0, max: c.nodes.length - 1, step: 1, "data-control": c.key, "data-key": "in-" + c.key, "aria-label": `${plain(c.label, name => stage.lookup(name))}, ${range}`, title: range });
  input.oninput = () => { if (stage.stop()) stage.commit(); stage.dragging = [c.key]; stage.set(c.key, c.nodes[+input.value]); };
  input.onchange = () => { stage.dragging = null; stage.after(c.key); };
  input.onpointerup = input.onpointercancel = () => { stage.dragging = null; stage.after(c.key, 0); };
  input.onkeydown = e => { if (e.shiftKey && e.key.startsWith("Arrow")) { e.preventDefault(); stage.step(c.key, (e.key === "ArrowRight" || e.key === "ArrowUp" ? 1 : -1) * 10); stage.after(c.key); } };
  return h("label", { class: "slider" }, h("span", { class: "line" }, rich(h("span"), c.label, slots), rich(h("b"), `[${c.key}]`, slots)), input);
}
function segmented(stage, c, slots, wide = false) {
  const many = c.options.length > 6 || c.select || wide === "select";
  if (many) { const s = h("select", { "aria-label": c.spoken, "data-key": "in-" + c.key, onchange: e => { stage.set(c.key, typed(c, e.target.value)); stage.commit(); } }, c.options.map(o => h("option", { value: o.value, selected: o.value === stage.values[c.key] }, plain(o.label)))); return h("label", { class: "group" }, rich(h("span", { class: "name" }), c.label, slots), s); }
  return h("div", { class: "group" }, rich(h("span", { class: "name", id: "g-" + c.key }), c.label, slots), h("div", { class: "segments", role: "radiogroup", "aria-labelledby": "g-" + c.key }, c.options.map(o =>
    h("button", { type: "button", role: "radio", "data-control": c.key, "data-value": String(o.value), "data-key": `in-${c.key}-${o.value}`, onclick: () => { if (stage.set(c.key, o.value)) stage.commit(); }, onkeydown: roving }, rich(h("span"), o.label, slots)))));
}
const typed = (c, text) => c.options.find(o => String(o.value) === text)?.value ?? text;
function switcher(stage, c, slots, strong = "Break it") {
  return h("button", { type: "button", class: "switch", role: "switch", "data-control": c.key, "data-key": "in-" + c.key, "aria-checked": "false", onclick: () => { stage.set(c.key, !stage.values[c.key]); stage.commit(); } }, h("span", { class: "knob" }), h("span", {}, strong ? strong + " " : "", rich(h("em"), (strong ? "· " : "") + c.label, slots)));
}
function whole(stage, c, slots) {
  const input = h("input", { type: "number", min: c.lo, max: c.hi, step: 1, inputmode: "numeric", "data-control": c.key, "data-key": "in-" + c.key, "aria-label": c.spoken });
  input.onchange = () => { const v = Math.round(+input.value); if (!(v >= c.lo && v <= c.hi)) { stage.say(`${c.spoken} = ${input.value} not used; whole numbers from ${c.lo} to ${c.hi}.`); input.value = stage.values[c.key]; return; } stage.values[c.key] = v; stage.dirty = true; stage.commit(); };
  return h("div", { class: "group" }, rich(h("span", { class: "name" }), c.label, slots), input, c.draw && h("button", { type: "button", class: "button", "data-key": "draw-" + c.key, onclick: () => stage.act({ kind: "draw", control: c.key }) }, "New draw"));
}
const control = (stage, c, slots) => ({ slider, choice: segmented, toggle: (s, k, sl) => switcher(s, k, sl, ""), whole })[c.kind](stage, c, slots);
export const buildControls = (stage, keys, slots) => keys.map(k => control(stage, stage.controls.get(k), slots));

export function buildPlayer(stage, player, slots) {
  const key = player.control, c = stage.controls.get(key), speed = h("button", { type: "button", class: "button speed", "aria-label": "Speed" }, "1 ×"), speeds = [0.25, 0.5, 1, 2, 4];
  speed.onclick = () => { stage.play.speed = speeds[(speeds.indexOf(stage.play.speed) + 1) % speeds.length]; stage.play.from = stage.values[key]; stage.play.since = performance.now(); speed.textContent = `${stage.play.speed} ×`; };
  const input = h("input", { type: "range", min: 0, max: c.nodes.length - 1, step: 1, "data-control": key, "data-key": "in-" + key, "aria-label": c.spoken });
  const go = by => { stage.stop(); stage.step(key, by); stage.after(key); };
  input.oninput = () => { stage.stop(); stage.set(key, c.nodes[+input.value]); stage.after(key); };
  const row = h("div", { class: "player", role: "group", "aria-label": "Player", style: "grid-area:player" },
    h("button", { type: "button", class: "play", "aria-label": "Play", "data-key": "play", onclick: () => stage.toggle() }, icon(ICONS.play, { class: "p", fill: "currentColor" }), icon(ICONS.pause, { class: "q" })),
    tool("back", "Step back", () => go(-1)), tool("forward", "Step forward", () => go(1)), input,
    h("span", { class: "count" }, c.short ?? "step", " ", rich(h("b"), `[${key}:i]`, slots), ` of ${c.nodes.at(-1)}`), speed);
  row.onkeydown = e => { if (e.key === " " && e.target.tagName !== "BUTTON") { e.preventDefault(); stage.toggle(); } else if (e.target !== input && e.key === "ArrowRight") go(1); else if (e.target !== input && e.key === "ArrowLeft") go(-1); };
  return row;
}

// ---- formula and tables
function glyph(stage, name) {                              // a sample of a line with its mark, in the style's colours
  const c = h("canvas", { class: "glyph", "aria-hidden": "true" }), S = stage.data.styles[name];
  const draw = () => { const r = devicePixelRatio || 1; c.width = 44 * r; c.height = 16 * r; const g = c.getContext("2d"); g.setTransform(r, 0, 0, r, 0, 0); g.strokeStyle = stage.T.mark[S.token]; g.lineWidth = S.width ?? 2; g.setLineDash({ short: [4, 3], long: [8, 5], longshort: [9, 3, 2, 3], dot: [1.5, 3.5], dashdot: [8, 3, 2, 3], dash: [6, 4] }[S.dash] ?? []); g.beginPath(); g.moveTo(0, 8.5); g.lineTo(36, 8.5); g.stroke(); mark(g, S.symbol, 37, 8.5, 4.5, stage.T.mark[S.token], stage.T.mark.page, { fill: !S.hollow, casing: 1 }); };
  queueMicrotask(draw); c._draw = draw;
  return c;
}
const cell = (stage, tag, content, slots, attributes = {}) => (content && content.glyph ? h(tag, attributes, glyph(stage, content.glyph), content.text && rich(h("span", { class: "beside" }), content.text, slots)) : rich(h(tag, attributes), content ?? "", slots));
export function buildFormula(stage, slots) {
  const f = stage.scene.formula; if (!f) return [];
  if (f.head) return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Formula and numbers" }, grid(stage, f, slots));
  return h("div", { class: "equations" }, f.groups.map(group => h("div", { class: "scroll" }, h("table", { role: "presentation" }, h("tbody", {}, group.map(row => h("tr", {}, row.map(c => cell(stage, "td", c, slots)))))))));
}
function grid(stage, t, slots) {
  const align = i => ({ style: `text-align:${t.align?.[i] ?? "left"}`, class: t.wide?.includes(i) ? "wide" : null });
  return h("table", { class: "grid-table" + (t.wrap ? " wrap" : "") }, h("thead", {}, h("tr", {}, t.head.map((c, i) => cell(stage, "th", c, slots, { scope: "col", ...align(i) })))), h("tbody", {}, t.rows.map(r => h("tr", {}, r.map((c, i) => cell(stage, "td", c, slots, align(i)))))));
}
export function buildTableView(stage, v, slots) { return h("div", { class: "table-view", style: `--height:${v.height}px` }, v.cells.map(t => h("div", { class: "matrix-box" }, t.title && rich(h("div", { class: "matrix-title" }), t.title, slots), t.matrix ? matrix(stage, t, slots) : grid(stage, t, slots)))); }
function matrix(stage, t, slots) { return h("table", { class: "matrix" + (t.plain ? " plain" : ""), "aria-label": plain(t.title ?? "matrix") }, h("tbody", {}, t.matrix.map(r => h("tr", {}, r.map(c => cell(stage, "td", c, slots)))))); }

// ---- prediction card
export function buildCard(stage, slots) {
  const d = stage.data, item = d.predictions[d.asked];
  if (!item) return [];
  const count = d.predictions.length, eyebrow = text => h("div", { class: "eyebrow" }, icon(ICONS.diamond, { fill: "currentColor" }), h("b", {}, text), h("span", {}, `${d.asked + 1} of ${count}`));
  const card = (...children) => h("div", { class: "predict", id: "predict", role: "group", "aria-label": "Prediction" }, ...children);
  const nextButtons = () => h("div", { class: "buttons" }, d.asked + 1 < count && h("button", { type: "button", class: "button primary", "data-key": "next", onclick: () => stage.act({ kind: "ask", item: d.asked + 1 }) }, rich(h("span"), item.next ?? "Next question", slots)), d.asked > 0 && h("button", { type: "button", class: "button text", onclick: () => stage.act({ kind: "ask", item: d.asked - 1 }) }, "Previous"), item.why && h("button", { type: "button", class: "button text", onclick: e => { const w = e.target.closest(".predict").querySelector(".why"); w.hidden = !w.hidden; } }, "Why?"));
  const seen = q => q.observe && stage.observed[q.key] !== undefined && rich(h("p", { class: "saw" }), stage.observed[q.key] === q.observe.right ? `You saw it: ${q.observe.options[q.observe.right]}.` : `Look again: ${q.observe.options[q.observe.right]}.`, slots);
  if (item.answered) {
    if (item.observe && item.given !== null && stage.observed[item.key] === undefined) return card(eyebrow("What did you see?"), rich(h("p"), item.observe.question, slots), h("div", { class: "options", role: "group" }, item.observe.options.map((o, i) => h("button", { type: "button", class: "option short", onclick: () => { stage.observed[item.key] = i; stage.redoCard(); } }, h("span", { class: "radio" }), rich(h("em"), o, slots)))));
    return card(eyebrow(item.given === null ? "Seen" : item.headline), h("div", { class: "feedback", role: "status" }, rich(h("p", { class: "truth" }), item.truth, slots), seen(item), rich(h("p"), item.feedback, slots), item.why && rich(h("p", { class: "why", hidden: true }), item.why, slots)), nextButtons());
  }
  let body, ready = () => stage.guess[item.key] !== undefined;
  if (item.kind === "choice") body = h("div", { class: "options", role: "radiogroup", "aria-label": plain(item.question, s => stage.lookup(s)) }, item.options.map((o, i) => {
    const on = stage.guess[item.key] === o.key, first = stage.guess[item.key] === undefined && i === 0;
    return h("button", { type: "button", class: "option" + (on ? " on" : "") + (item.options.every(x => !x.text) ? " short" : ""), role: "radio", "aria-checked": String(on), tabindex: on || first ? 0 : -1, "data-key": "option-" + o.key, onclick: () => stage.choose(item, o.key), onkeydown: roving }, h("span", { class: "radio" }), o.text ? rich(h("b"), o.label, slots) : null, rich(h("em"), o.text ?? o.label, slots));
  }));
  else if (item.kind === "point") {
    const axis = (k, a) => h("label", { class: "slider" }, h("span", { class: "line" }, rich(h("span"), a.label, slots)), h("input", { type: "number", step: a.step ?? 0.1, min: a.lo, max: a.hi, "data-guess": k, "data-key": "guess-" + k, value: stage.guess[item.key]?.[k], oninput: e => { const { [k]: _, ...rest } = stage.guess[item.key] ?? {}; stage.guess[item.key] = e.target.value === "" ? rest : { ...rest, [k]: +e.target.value }; stage.kick(); } }));
    body = h("div", { class: "place" }, axis("x", item.x), axis("y", item.y));
    ready = () => ["x", "y"].every(k => Number.isFinite(stage.guess[item.key]?.[k]));
  } else {
    stage.guess[item.key] ??= { order: item.items.map(i => i.key), tie: item.items.map(() => false) };
    const guess = stage.guess[item.key], move = (i, by) => { const o = guess.order, j = i + by; if (j < 0 || j >= o.length) return; [o[i], o[j]] = [o[j], o[i]]; stage.redoCard(); stage.parts.card.querySelectorAll(".orderable")[j]?.focus(); };
    body = h("ol", { class: "order" }, guess.order.map((key, i) => {
      const it = item.items.find(x => x.key === key), li = h("li", { class: "orderable", tabindex: 0, "data-key": "order-" + i, "aria-label": `${i + 1}: ${plain(it.label)}. Arrow keys move it.` }, h("span", { class: "rank" }, guess.tie[i] && i > 0 ? "=" : String(i + 1)), it.glyph && glyph(stage, it.glyph), rich(h("span", { class: "label" }), it.label, slots), h("button", { type: "button", class: "mini", "aria-label": `Move ${plain(it.label)} up`, disabled: i === 0, onclick: () => move(i, -1) }, "↑"), h("button", { type: "button", class: "mini", "aria-label": `Move ${plain(it.label)} down`, disabled: i === guess.order.length - 1, onclick: () => move(i, 1) }, "↓"));
      li.onkeydown = e => { if (e.target !== li) return; if (e.key === "ArrowUp") { e.preventDefault(); move(i, -1); } if (e.key === "ArrowDown") { e.preventDefault(); move(i, 1); } };
      li.draggable = true; li.ondragstart = e => e.dataTransfer.setData("text/plain", String(i)); li.ondragover = e => e.preventDefault(); li.ondrop = e => { e.preventDefault(); const from = +e.dataTransfer.getData("text/plain"), o = guess.order, [x] = o.splice(from, 1); o.splice(i, 0, x); stage.redoCard(); };
      return li;
    }));
    ready = () => true;
  }
  const tie = item.kind === "order" && item.ties ? h("button", { type: "button", class: "button", "aria-pressed": String(stage.guess[item.key].tie.some(Boolean)), onclick: () => { const t = stage.guess[item.key].tie, at = t.findIndex(Boolean); t.fill(false); const next = at < 0 ? 1 : at + 1; if (next < t.length) t[next] = true; stage.redoCard(); } }, "Two are equal") : null;
  const commit = h("button", { type: "button", class: "button primary", "data-key": "commit", onclick: () => { if (!ready()) { stage.say(item.kind === "point" ? "Both coordinates first, or skip." : "Choose first, or skip."); return; } stage.act({ kind: "commit", item: item.key, answer: stage.guess[item.key] }); } }, "Commit");
  return card(eyebrow("Predict"), rich(h("p"), item.question, slots), body, h("div", { class: "buttons" }, commit, tie, h("button", { type: "button", class: "button text", "data-key": "skip", onclick: () => stage.act({ kind: "commit", item: item.key, answer: null }) }, "Skip"), item.hint && rich(h("span", { class: "hint" }), item.hint, slots)));
}

export function buildSide(stage, slots) {
  const d = stage.data;
  return [h("h2", {}, "How to read this"), rich(h("p", { class: "story" }), d.reading, slots), h("h2", {}, "Presets"),
    h("div", { class: "chips", role: "group", "aria-label": "Presets" }, d.presets.map(p => rich(h("button", { type: "button", class: "chip" + (p.on ? " on" : ""), "aria-pressed": String(!!p.on), "data-key": "preset-" + p.key, onclick: () => stage.act({ kind: "preset", preset: p.key }) }), p.label, slots))),
    d.look ? rich(h("p", { class: "story look", "aria-live": "polite" }), "Look: " + d.look, slots) : null];
}

// ---- bottom row
export function buildBottom(stage, slots) {
  const b = stage.data.bottom, badge = stage.data.badge, more = b.more.map(k => stage.controls.get(k));
  const paste = stage.data.paste ? pasteBox(stage, stage.data.paste, slots) : null;
  const toggle = more.length || paste ? h("button", { type: "button", class: "more", "aria-expanded": String(!!stage.moreOpen), "data-key": "more", onclick: () => { stage.moreOpen = !stage.moreOpen; stage.signatures.bottom = undefined; stage.render(); } }, "More ", icon(ICONS.down)) : null;
  return [h("div", { class: "row" }, b.breaks.map(k => switcher(stage, stage.controls.get(k), slots)), b.groups.map(k => control(stage, stage.controls.get(k), slots)), stage.data.run && runBox(stage, stage.data.run), toggle,
    badge && h("button", { type: "button", class: "badge" + (badge.ok ? "" : " bad"), title: "How this was computed and checked", onclick: () => open(stage, "checks") }, badge.ok ? icon(ICONS.tick) : null, badge.text)),
    (more.length || paste) && stage.moreOpen ? h("div", { class: "more-panel" }, more.map(c => control(stage, c, slots)), paste) : null];
}
/** A computation in the background: its button, how far it is, how it ended. */
function runBox(stage, run) {
  const going = run.state === "waiting" || run.state === "running", done = run.state === "done";
  const words = { waiting: run.message, running: "running", done: "done", stopped: "stopped", failed: run.message, idle: run.says }[run.state], shown = run.state !== "done" && words;
  const button = h("button", { type: "button", class: "button", "data-key": "run", disabled: done, onclick: () => stage.commit({ kind: going ? "cancel" : "run" }) }, going ? "Cancel" : done ? "Done" : run.label);
  return h("div", { class: "run" }, h("span", { class: "bar" }, button, going && h("progress", { max: 1, value: run.fraction, "aria-label": `${run.label}: how far` })), h("span", { role: "status", class: shown ? "" : "unseen" }, words));
}
/** The reader's own numbers: a text or a file, what came of it, and what there is to choose where it can be read in several ways. */
function pasteBox(stage, p, slots) {
  const area = h("textarea", { rows: 3, "aria-label": "Your numbers", placeholder: p.placeholder, "data-key": "paste", oninput: () => { stage.pasted = area.value; } });
  area.value = stage.pasted ?? "";                          // the box is built anew after each answer, and what is in it stays
  const file = h("input", { type: "file", accept: ".csv,.txt,.tsv,text/csv,text/plain", "aria-label": "CSV file" });
  const send = text => { if (text.length > 1_000_000) { stage.say("That is more than 1 MB; not used."); return; } stage.pasted = text; stage.act({ kind: "paste", text }); };
  file.onchange = () => { const f = file.files[0]; if (!f) return; if (f.size > 1_000_000) { stage.say(`${f.name} is larger than 1 MB; not used.`); return; } f.text().then(send); };
  const button = (text, onclick, look = "") => h("button", { type: "button", class: "button" + look, onclick }, text);
  const readings = p.readings.length > 0 && h("div", { class: "buttons", role: "group", "aria-label": "How to read it" }, p.readings.map(r => button(r.label, () => stage.act({ kind: "reading", reading: r.key }), " reading")));
  const usable = p.columns.map((c, i) => i).filter(i => !p.columns[i].fault);
  const choices = p.columns.length > 0 && p.roles.map((role, k) => {
    const select = h("select", { "data-key": "column-" + k }, p.columns.map((c, i) => h("option", { value: i, disabled: !!c.fault }, c.fault ? `${c.label}: ${c.fault}` : c.label)));
    select.value = String(usable[k]);
    return { select, box: h("label", { class: "group" }, rich(h("span", { class: "name" }), role, slots), select) };
  });
  const columns = choices && h("div", { class: "buttons" }, choices.map(c => c.box), button(choices.length > 1 ? "Use these columns" : "Use this column", () => stage.act({ kind: "columns", pick: choices.map(c => +c.select.value) })));
  return h("div", { class: "paste" }, rich(h("span", { class: "name" }), p.label, slots), area,
    h("div", { class: "buttons" }, button("Use these", () => send(area.value)), file, p.aside && button("Use my rows again", () => stage.act({ kind: "again" })), p.active && button("Back to the page’s data", () => stage.act({ kind: "paste", text: "" }), " text")),
    p.note && rich(h("p", { class: "note", role: "status" }), p.note, slots), readings, columns);
}

// ---- below the fold
export function buildExtras(stage, slots) {
  const x = stage.data.extras, s = stage.scene, fold = (name, title, ...body) => h("details", { "data-name": name }, h("summary", {}, title), h("div", { class: "fold" }, ...body));
  const code = x.code && fold("code", "The Python that made this figure", h("button", { type: "button", class: "button", "data-key": "copy-code", onclick: () => copy(stage, x.code, "Code") }, "Copy"), h("pre", { tabindex: 0, "aria-label": "Python code" }, h("code", {}, x.code)));
  const twin = fold("twin", "The figure as text and tables", s.views.map(v => h("div", {}, rich(h("p", {}), (v.caption ? v.caption + " " : "") + (v.sentence ?? ""), slots), v.table ? dataTable(v.table) : null)), s.player && strip(stage));
  const checks = x.checks?.length && fold("checks", "How this was computed, and checked just now", h("div", { class: "scroll" }, h("table", { class: "grid-table" }, h("thead", {}, h("tr", {}, ["quantity", "method", "second method", "residual", "allowed"].map(t => h("th", { scope: "col" }, t)))), h("tbody", {}, x.checks.map(c => h("tr", {}, c.map(t => rich(h("td"), t, slots))))))));
  const trap = x.trap && fold("trap", "Do not fall into this", rich(h("p"), x.trap, slots));
  const recap = x.recap?.length && fold("recap", "Check yourself", x.recap.map(q => h("details", { class: "flip" }, rich(h("summary"), q.question, slots), rich(h("p"), q.answer, slots))));
  const glossary = x.glossary?.length && fold("glossary", "Words used here", h("dl", {}, x.glossary.flatMap(g => [rich(h("dt"), g.term, slots), rich(h("dd"), g.text, slots)])));
  const sources = x.sources?.length && fold("sources", "Sources, licence, cite this", h("ul", {}, x.sources.map(t => h("li", {}, t.href ? h("a", { href: t.href, target: "_blank", rel: "noreferrer" }, t.text) : t.text))), h("p", {}, x.cite));
  const map = stage.data.map?.length && h("nav", { class: "map", "aria-label": "All lessons" }, h("h2", {}, "The lessons"), h("ol", {}, stage.data.map.map(e => h("li", { class: e.page ? "" : "planned" }, e.page ? h("a", { href: e.href, onclick: ev => stage.navigate(ev, e) }, h("span", { class: "number" }, String(e.number)), h("b", {}, e.title), h("span", {}, e.claim)) : h("div", {}, h("span", { class: "number" }, String(e.number)), h("b", {}, e.title), h("span", {}, e.claim), h("em", {}, "not yet written"))))));
  return [map, trap, code, twin, checks, recap, glossary, sources];
}
function dataTable(t) {
  return h("div", { class: "scroll" }, h("table", { class: "grid-table numbers" }, h("thead", {}, h("tr", {}, t.columns.map(c => h("th", { scope: "col" }, plain(c))))), h("tbody", {}, t.rows.map(r => h("tr", {}, r.map(v => h("td", {}, typeof v === "number" ? format(v, "g6") : v ?? "hidden")))))));
}
function strip(stage) {                                    // key frames, for reduced motion and for print
  const key = stage.scene.player.control, end = stage.controls.get(key).nodes.at(-1), canvases = [0, 0.05, 0.15, 0.4, 1].map(f => Math.round(f * end)).map(k => ({ k, c: h("canvas", { role: "img", "aria-label": `Step ${k}` }) }));
  const box = h("div", { class: "strip" }, canvases.map(({ k, c }) => h("figure", {}, c, h("figcaption", {}, `step ${k}`))));
  new IntersectionObserver((_, o) => { if (!box.isConnected) { o.disconnect(); return; } const view = stage.scene.views[0]; for (const { k, c } of canvases) { const w = c.clientWidth, ht = c.clientHeight; if (!w) continue; const r = devicePixelRatio || 1; c.width = w * r; c.height = ht * r; const g = c.getContext("2d"); g.setTransform(r, 0, 0, r, 0, 0); const state = { ...stage.values, [key]: k }, env = { ...stage.environment, state, read: q => stage.reader.array(q, state), number: q => stage.reader.value(q, state), guesses: () => [] }; paint({ ...view, pad: [8, 4, 8, 8], small: true, x: { ...view.x, ticks: [], label: "" }, y: { ...view.y, ticks: [], label: "" }, layers: view.layers.filter(L => L.kind !== "label" && L.kind !== "handle") }, g, w, ht, env); } }).observe(box);
  return box;
}

// ---- downloads
function save(name, blob) { const a = h("a", { href: URL.createObjectURL(blob), download: name }); document.body.append(a); a.click(); a.remove(); setTimeout(() => URL.revokeObjectURL(a.href), 10000); }
function footer(stage) { const seed = stage.values.seed; return `Fisher Lab · ${location.origin}${location.pathname}${stage.data.link ? "?" + stage.data.link : ""}${seed !== undefined ? ` · seed ${seed}` : ""}`; }
function exportFigure(stage, kind) {
  const boxes = [...stage.canvases].map(([id, { canvas }]) => ({ view: stage.view(id), w: canvas.clientWidth, ht: canvas.clientHeight, y: canvas.getBoundingClientRect().top, x: canvas.getBoundingClientRect().left }));
  const left = Math.min(...boxes.map(b => b.x)), top = Math.min(...boxes.map(b => b.y)), W = Math.max(...boxes.map(b => b.x + b.w)) - left, H = Math.max(...boxes.map(b => b.y + b.ht)) - top + 60, env = stage.environment, page = stage.T.mark.page;
  const title = plain(stage.data.claim, s => stage.lookup(s)), parts = boxes.map(b => { const c = new SvgContext(b.w, b.ht); paint(b.view, c, b.w, b.ht, env); return `<g transform="translate(${b.x - left} ${b.y - top + 34})">${c.body.join("").replace(/(id="|url\(#)c/g, `$1${b.view.id}c`)}</g>`; });
  const frame = new SvgContext(W, H); frame.font = '600 16px "Source Sans", sans-serif'; frame.fillStyle = stage.T.mark.ink; frame.fillText(title, 0, 18); frame.font = '11px "Source Sans", sans-serif'; frame.fillStyle = stage.T.mark.ink3; frame.fillText(footer(stage), 0, H - 6);
  frame.body.push(...parts);
  const svg = frame.document(title, page), name = `fisher-lab-${stage.data.slug}`;
  if (kind === "svg") { save(name + ".svg", new Blob([svg], { type: "image/svg+xml" })); return; }
  const out = document.createElement("canvas"), r = 2; out.width = W * r; out.height = H * r; const g = out.getContext("2d"); g.scale(r, r); g.fillStyle = page; g.fillRect(0, 0, W, H);
  g.fillStyle = stage.T.mark.ink; g.font = '600 16px "Source Sans", sans-serif'; g.fillText(title, 0, 18); g.fillStyle = stage.T.mark.ink3; g.font = '11px "Source Sans", sans-serif'; g.fillText(footer(stage), 0, H - 6);
  for (const b of boxes) { const cv = document.createElement("canvas"); cv.width = b.w * r; cv.height = b.ht * r; const c = cv.getContext("2d"); c.setTransform(r, 0, 0, r, 0, 0); paint(b.view, c, b.w, b.ht, env); g.drawImage(cv, b.x - left, b.y - top + 34, b.w, b.ht); }
  out.toBlob(blob => save(name + ".png", blob));
}
function exportData(stage) {
  const quote = v => (v === null || v === undefined ? "" : typeof v === "number" ? String(v) : `"${String(v).replaceAll('"', '""')}"`), lines = [`"${footer(stage)}"`];
  for (const v of stage.scene.views) if (v.table) lines.push("", quote(plain(v.caption, s => stage.lookup(s))), v.table.columns.map(c => quote(plain(c))).join(","), ...(v.table.all ?? v.table.rows).map(r => r.map(quote).join(",")));
  save(`fisher-lab-${stage.data.slug}.csv`, new Blob([lines.join("\n")], { type: "text/csv" }));
}
