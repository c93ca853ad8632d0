// Where a view has its axes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axisMap, geometry, lineUp, padding } from "../../static/stage/painter/geometry.js";

const axis = (lo, hi, more = {}) => ({ lo, hi, ...more });
const view = (more = {}) => ({ id: "v", x: axis(0, 1), y: axis(0, 2), layers: [], ...more });

test("an axis and its inverse", () => {
  for (const a of [axis(-2, 3), axis(5, -5), axis(1e-6, 1e3, { log: true })]) {
    const map = axisMap(a, 40, 440);
    assert.ok(Math.abs(map(a.lo) - 40) < 1e-9 && Math.abs(map(a.hi) - 440) < 1e-9);
    for (const p of [40, 111.5, 300, 440]) assert.ok(Math.abs(map(map.inverse(p)) - p) < 1e-9);
  }
  assert.ok(Math.abs(axisMap(axis(1, 100, { log: true }), 0, 200)(10) - 100) < 1e-9);
  assert.ok(!Number.isFinite(axisMap(axis(1, 100, { log: true }), 0, 200)(0)));
});

test("up is up, and given room is kept", () => {
  const g = geometry(view({ pad: [42, 12, 8, 50] }), 500, 300);
  assert.deepEqual([g.left, g.top, g.right, g.bottom], [42, 12, 492, 250]);
  assert.equal(g.Y(0), 250);
  assert.equal(g.Y(2), 12);
});

test("room is made for what is written", () => {
  const bare = view({ x: axis(0, 1, { ticks: [] }), y: axis(0, 2, { ticks: [] }) });
  assert.deepEqual(padding(bare, 500, 300), [4, 8, 8, 6]);
  const [left, , right, bottom] = padding(view({ x: axis(0, 1, { label: "p" }) }), 500, 300);
  assert.ok(left > 20 && bottom === 24 + 18 && right >= 8);
  const long = padding(view({ y: axis(0, 2, { ticks: [[1, "a very long word"]] }) }), 500, 300)[0];
  assert.ok(long > left + 60);
  const turned = padding(view({ y: axis(0, 2, { rotate: true, label: "nats" }) }), 500, 300)[0];
  assert.equal(turned, left + 20);
  const handle = padding(
    view({ layers: [{ kind: "handle", x: "p", text: "[p]" }], x: axis(0, 1, { label: "p" }) }),
    500,
    300,
  );
  assert.equal(handle[3], 24 + 22);
  const wide = padding(view({ x: axis(0, 1, { ticks: [[1, "a very long word"]] }) }), 500, 300)[2];
  assert.ok(wide > 40, "the last number reaches beyond the axis");
});

test("with equal units one is as long on both axes, and nothing is cut", () => {
  for (const [w, h] of [
    [500, 300],
    [300, 700],
  ]) {
    const g = geometry(view({ equal: true }), w, h);
    const across = g.X(1) - g.X(0);
    assert.ok(Math.abs(across - (g.Y(0) - g.Y(1))) < 1e-9);
    assert.ok(g.x.lo <= 0 && g.x.hi >= 1 && g.y.lo <= 0 && g.y.hi >= 2);
    assert.ok(Math.abs((g.x.lo + g.x.hi) / 2 - 0.5) < 1e-9, "in the middle");
  }
});

test("views with the same x axis line up", () => {
  const views = [
    view({ x: axis(0, 1, { numbers: false }), y: axis(0, 2, { ticks: [[1, "a very long word"]] }) }),
    view({ x: axis(0, 1) }),
    view({ x: axis(0, 3) }),
  ];
  lineUp(views);
  const [above, below, other] = views.map(v => geometry(v, 500, 300));
  assert.deepEqual([above.left, above.right], [below.left, below.right]);
  assert.ok(other.left < below.left && above.bottom > below.bottom);
  assert.ok(above.x.ticks.every(([, s]) => s === "") && below.x.ticks.some(([, s]) => s));
});

test("a name that is to stand after a mark at the end has its room there", () => {
  const named = where => view({ layers: [{ kind: "points", name: { text: "single [n]", where, size: 14 } }] });
  const [plain, room] = ["right", "after"].map(where => padding(named(where), 500, 300)[2]);
  assert.ok(room > plain + 20);
});
