// Key frames of what a player plays, for reduced motion and for print.
const version = new URL(import.meta.url).search;
/** @type {typeof import("../dom.js")} */
const { h } = await import(`../dom.js${version}`);
/** @type {typeof import("../painter.js")} */
const { paint } = await import(`../painter.js${version}`);
/** @type {typeof import("../environment.js")} */
const { context, environment } = await import(`../environment.js${version}`);

const FRAMES = [0, 0.05, 0.15, 0.4, 1]; // of the way

/** @param {import("../stage.js").Stage} stage */
export function strip(stage) {
  const key = stage.scene.player?.control ?? "";
  const { nodes } = stage.control(key);
  const frames = FRAMES.map(f => Math.round(f * nodes[nodes.length - 1])).map(k => ({
    k,
    canvas: h("canvas", { role: "img", "aria-label": `Step ${k}` }),
  }));
  const figures = frames.map(({ k, canvas }) => h("figure", {}, canvas, h("figcaption", {}, `step ${k}`)));
  const box = h("div", { class: "strip" }, figures);
  const watch = new IntersectionObserver(() => {
    if (!box.isConnected) {
      watch.disconnect();
      return;
    }
    const view = stage.scene.views[0];
    /** @type {import("../types").View} */
    const small = {
      ...view,
      pad: [8, 4, 8, 8],
      small: true,
      x: { ...view.x, ticks: [], label: "" },
      y: { ...view.y, ticks: [], label: "" },
      layers: view.layers.filter(L => L.kind !== "label" && L.kind !== "handle"),
    };
    for (const { k, canvas } of frames) {
      const { clientWidth: w, clientHeight: ht } = canvas;
      if (!w) continue;
      const state = { ...stage.values, [key]: k };
      const env = { ...environment(stage, state), guesses: () => [], memory: new Map() };
      paint(small, context(canvas, w, ht), w, ht, env);
    }
  });
  watch.observe(box);
  return box;
}
