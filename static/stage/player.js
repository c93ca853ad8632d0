// The player: one clock for all views.

/** @typedef {import("./stage.js").Stage} Stage */

/** Start or stop. @param {Stage} stage */
export function toggle(stage) {
  const { player } = stage.scene;
  if (!player) return;
  const key = player.control;
  const { nodes } = stage.control(key);
  const end = nodes[nodes.length - 1];
  if (stop(stage)) {
    stage.after(key);
    return;
  }
  if (stage.unsent) stage.commit();
  if (stage.values[key] >= end) stage.set(key, nodes[0]);
  stage.play = { ...stage.play, on: true, since: performance.now(), from: stage.values[key] };
  /** @param {number} now */
  const tick = now => {
    const { on, since, from, speed } = stage.play;
    if (!on || !stage.main.isConnected) {
      looks(stage);
      return;
    }
    const at = from + ((now - since) / 1000) * (player.rate ?? 20) * speed;
    stage.set(key, Math.min(end, at));
    if (at >= end) {
      stage.play.on = false;
      looks(stage);
      stage.after(key);
      return;
    }
    requestAnimationFrame(tick);
  };
  looks(stage);
  requestAnimationFrame(tick);
}

/** Stop the clock, at a whole step; returns whether it ran. @param {import("./session.js").Session} stage */
export function stop(stage) {
  const ran = stage.play.on;
  const key = stage.scene.player?.control;
  stage.play.on = false;
  if (ran && key) {
    stage.set(key, Math.round(stage.values[key]));
    looks(stage);
  }
  return ran;
}

/** Play from here at the next speed. @param {Stage} stage @param {number[]} speeds */
export function faster(stage, speeds) {
  const { speed } = stage.play;
  const from = stage.values[stage.scene.player?.control ?? ""];
  const next = speeds[(speeds.indexOf(speed) + 1) % speeds.length];
  stage.play = { ...stage.play, speed: next, from, since: performance.now() };
  return next;
}

/** The player's button shows what it would do. @param {{ main: HTMLElement, play: { on: boolean } }} stage */
function looks({ main, play }) {
  main.querySelector(".player")?.classList.toggle("playing", play.on);
  main.querySelector(".player .play")?.setAttribute("aria-label", play.on ? "Pause" : "Play");
}
