// Ticks: round, inside the axis, apart, and written alike.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decades, linear, ticksOf } from "../../static/stage/ticks.js";

const round = v => {
  const m = Math.abs(v) / 10 ** Math.floor(Math.log10(Math.abs(v)) + 1e-9);
  return (
    v === 0 ||
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 1.5, 2.5].some(k => Math.abs(m - k) < 1e-6) ||
    Math.abs(m * 10 - Math.round(m * 10)) < 1e-6
  );
};

test("linear axes of any range", () => {
  for (const [lo, hi] of [
    [0, 1],
    [-0.086, 0.142],
    [0, 0.095],
    [-1e-7, 3e-7],
    [1e8, 1e8 + 5],
    [-4.2, 4.2],
    [0, 19999],
    [0.98, 1.02],
  ])
    for (const pixels of [120, 250, 480, 900]) {
      const ticks = linear(lo, hi, pixels),
        values = ticks.map(t => t[0]);
      assert.ok(ticks.length >= 1 && ticks.length <= pixels / 40 + 1, `${lo} ${hi} ${pixels}: ${ticks.length}`);
      for (const v of values) assert.ok(v >= lo - 1e-9 * Math.abs(hi) && v <= hi + 1e-9 * Math.abs(hi));
      assert.equal(new Set(ticks.map(t => t[1])).size, ticks.length, "no two ticks are written alike");
      if (Math.abs(hi) < 1e5 && hi - lo > 0.1 * Math.abs(hi)) for (const v of values) assert.ok(round(v), String(v));
    }
});

test("signs, decimals and zero", () => {
  assert.deepEqual(
    linear(-1, 1, 200, { signed: true }).map(t => t[1]),
    ["−1", "0", "+1"],
  );
  assert.deepEqual(
    linear(-1, 1, 400, { signed: true }).map(t => t[1]),
    ["−1.0", "−0.5", "0", "+0.5", "+1.0"],
  );
  assert.deepEqual(
    linear(0, 3, 900, { digits: 0 }).map(t => t[1]),
    ["0", "1", "2", "3"],
  );
});

test("logarithmic axes", () => {
  assert.deepEqual(
    decades(5e-8, 0.1, 300).map(t => t[1]),
    ["10^{−7}", "10^{−5}", "10^{−3}", "10^{−1}"].slice(0, decades(5e-8, 0.1, 300).length),
  );
  assert.deepEqual(
    decades(0.3, 100, 400).map(t => t[0]),
    [1, 10, 100],
  );
  assert.ok(decades(1, 9, 300).length >= 3);
  const all = decades(1e-15, 300, 250, { all: true });
  const written = all.filter(t => t[1]);
  assert.equal(all.length, 18);
  assert.deepEqual(
    written.map(t => t[1]),
    ["10^{−15}", "10^{−10}", "10^{−5}", "1"],
  );
  assert.deepEqual(decades(1e-15, 300, 250), written);
  for (const [lo, hi] of [
    [1e-12, 1e6],
    [0.05, 8],
    [1, 1e9],
  ])
    for (const [v] of decades(lo, hi, 300)) assert.ok(v >= lo && v <= hi * (1 + 1e-9));
});

test("given ticks are kept", () =>
  assert.deepEqual(ticksOf({ lo: 0, hi: 1, ticks: [[0.3, "here"]] }, 300, 60), [[0.3, "here"]]));
