// Where the views of a scene stand on an exported page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, widths } from "../../static/stage/export/layout.js";

test("columns as the style sheet says", () => {
  assert.deepEqual(widths("1fr", 800), [800]);
  assert.deepEqual(widths("minmax(0, 1fr) 300px", 828), [500, 300]);
  assert.deepEqual(widths("minmax(0, 2fr) minmax(0, 1fr)", 628), [400, 200]);
  assert.deepEqual(widths("minmax(0, 1fr) minmax(250px, 300px)", 828), [500, 300]);
});

test("views lie in their areas, none over another, and all on the page", () => {
  const heights = { a: 400, b: 150, c: 320, d: 90 };
  const layout = { columns: "minmax(0, 1fr) 300px", areas: ["a b", "a c", "d d"] };
  const { cells, height } = arrange(layout, id => heights[id], 860);
  assert.deepEqual(cells.map(c => c.id).sort(), ["a", "b", "c", "d"]);
  for (const c of cells) {
    assert.ok(c.x >= 0 && c.x + c.w <= 860.01 && c.y + c.h <= height);
    assert.equal(c.h, heights[c.id]);
    for (const o of cells)
      if (o !== c) assert.ok(c.x + c.w <= o.x || o.x + o.w <= c.x || c.y + c.h <= o.y || o.y + o.h <= c.y, c.id + o.id);
  }
});

test("what is not a view takes no room", () => {
  const { cells, height } = arrange({ columns: "1fr", areas: ["a", "player"] }, id => (id === "a" ? 100 : 0), 500);
  assert.deepEqual(cells, [{ id: "a", x: 0, y: 0, w: 500, h: 100 }]);
  assert.equal(height, 100);
});
