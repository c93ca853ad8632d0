// The views of a scene on screen: their canvases, and the painter's hand on them.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./dom.js")} */
const { h, rich } = await import(`./dom.js${version}`);
/** @type {typeof import("./painter.js")} */
const { paint } = await import(`./painter.js${version}`);
/** @type {typeof import("./hands.js")} */
const { grab, hover, keys } = await import(`./hands.js${version}`);
/** @type {typeof import("./environment.js")} */
const { context, environment } = await import(`./environment.js${version}`);
/** @type {typeof import("./sections/formula.js")} */
const { buildTableView } = await import(`./sections/formula.js${version}`);
/** @type {typeof import("./sections/controls.js")} */
const { buildPlayer } = await import(`./sections/controls.js${version}`);

/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Slot} Slot */
/** @typedef {{ x?: string, y?: string }} Held */

/** The controls that a view's handles move, and the one that its points pick. @param {View} view */
function held(view) {
  /** @type {Held[]} */
  const handles = view.layers.flatMap(L => (L.kind === "handle" && (L.x || L.y) ? [L] : []));
  const picking = view.layers.find(L => L.kind === "points" && L.pick);
  return { handles, pick: picking?.kind === "points" ? picking.pick : undefined };
}

/** @param {Stage} stage @param {Slot[]} slots */
export function buildFigures(stage, slots) {
  const s = stage.scene;
  const { figures } = stage.parts;
  if (stage.held) {
    // what was held is gone from the screen
    stage.held = stage.dragging = null;
    stage.after(null, 0);
  }
  stage.sizes.disconnect();
  stage.canvases.clear();
  figures.classList.toggle("slotted", s.layout.slotted);
  figures.style.setProperty("--columns", s.layout.columns);
  figures.style.setProperty("--areas", s.layout.areas.map(a => `"${a}"`).join(" "));
  if (s.refused) return h("div", { class: "refused", role: "alert" }, rich(h("p"), s.refused, slots));
  const views = s.views.map(view => buildView(stage, view, slots));
  return s.player ? [...views, buildPlayer(stage, s.player, slots)] : views;
}

/** @param {Stage} stage @param {View} v @param {Slot[]} slots */
function buildView(stage, v, slots) {
  const caption = rich(h("p", { class: "caption" }), v.caption, slots);
  if (v.id === stage.scene.views[0].id && stage.data.predictions.length) {
    const onclick = (/** @type {Event} */ e) => {
      e.preventDefault();
      stage.parts.card.scrollIntoView({ behavior: "smooth" });
    };
    caption.append(" ", h("a", { class: "jump", href: "#predict", onclick }, "◆ Predict first ↓"));
  }
  const box = h("div", { class: "view", style: `grid-area:${v.id}`, "data-view": v.id }, caption);
  box.append(v.kind === "table" ? buildTableView(stage, v, slots) : buildCanvas(stage, v));
  return box;
}

/** @param {Stage} stage @param {View} v */
function buildCanvas(stage, v) {
  const { handles, pick } = held(v);
  const canvas = h("canvas", {
    style: `--height:${v.height}px;--phone:${v.phone ?? Math.min(v.height, 300)}px`,
    "data-view": v.id,
  });
  if (handles.length || pick) {
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "slider");
    canvas.setAttribute("aria-label", v.alt);
    canvas.classList.add("live");
    canvas.onkeydown = e => keys(stage, e, handles[0] ?? { x: pick });
  } else {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", v.alt);
  }
  canvas.onpointerdown = e => grab(stage, e, canvas, v.id);
  canvas.onpointermove = e => hover(stage, e, canvas, v.id);
  /** What is held is not swiped. @param {TouchEvent} e */
  const still = e => {
    if (stage.held?.firm && e.touches.length === 1) e.preventDefault();
  };
  canvas.addEventListener("touchstart", still, { passive: false });
  stage.canvases.set(v.id, canvas);
  stage.sizes.observe(canvas);
  return canvas;
}

/** Paint every view. @param {Stage} stage */
export function drawFigures(stage) {
  const env = environment(stage);
  for (const [id, canvas] of stage.canvases) {
    const view = stage.view(id);
    const { clientWidth: w, clientHeight: ht } = canvas;
    if (!view || !w || !ht) continue;
    const c = context(canvas, w, ht);
    paint(view, c, w, ht, env);
    if (canvas.getAttribute("role") === "slider") speak(stage, view, canvas);
  }
  stage.written = env.written ?? [];
}

/**
 * Say where the handle of a view stands.
 * @param {Stage} stage
 * @param {View} view
 * @param {HTMLCanvasElement} canvas
 */
function speak(stage, view, canvas) {
  const { handles, pick } = held(view);
  const moved = /** @type {string[]} */ (handles.length ? [handles[0].x, handles[0].y].filter(Boolean) : [pick]);
  const { nodes } = stage.control(moved[0]);
  const words = moved.map(k => `${stage.control(k).spoken} ${stage.show(k)}`).join(", ");
  canvas.setAttribute("aria-valuetext", words);
  canvas.setAttribute("aria-valuenow", stage.values[moved[0]]);
  canvas.setAttribute("aria-valuemin", String(nodes[0]));
  canvas.setAttribute("aria-valuemax", String(nodes[nodes.length - 1]));
}
