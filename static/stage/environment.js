// What the painter is told of the stage, and the canvas that it is given.
const version = new URL(import.meta.url).search;
/** @type {typeof import("./predictions.js")} */
const { guessMarks } = await import(`./predictions.js${version}`);

/** @typedef {import("./stage.js").Stage} Stage */

/**
 * What the painter is told of the stage, at the present values or at others.
 * @param {Stage} stage
 * @param {import("./types").State} [state]
 * @returns {import("./types").Environment}
 */
export function environment(stage, state = stage.values) {
  return {
    memory: stage.memory,
    T: stage.T,
    styles: stage.data.styles,
    state,
    phone: innerWidth <= 700,
    read: r => stage.reader.array(r, state),
    number: r => stage.reader.value(r, state) ?? NaN,
    lookup: s => stage.lookup(s),
    guesses: i => guessMarks(stage, i),
    shown: w => stage.condition(w),
    handleX: (view, g) => {
      for (const l of view.layers)
        if (l.kind === "handle" && l.x && l.y === undefined && !l.invisible) return g.X(stage.values[l.x]);
      return undefined;
    },
  };
}

/**
 * A canvas's context, as fine as the screen.
 * @param {HTMLCanvasElement} canvas
 * @param {number} w
 * @param {number} ht
 */
export function context(canvas, w, ht) {
  const ratio = devicePixelRatio || 1;
  const W = Math.round(w * ratio);
  const H = Math.round(ht * ratio);
  if (canvas.width !== W || canvas.height !== H) {
    canvas.width = W;
    canvas.height = H;
  }
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  return c;
}
