// Names stand beside their marks: inside the frame, off curves and each other, and still while a hand moves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, overlap, place } from "../../static/stage/names.js";
import {
  besideLine,
  besidePoint,
  besideShape,
  besideTop,
  boxAt,
  column,
  insideShape,
  stretches,
} from "../../static/stage/places.js";

const frame = { x0: 40, y0: 10, x1: 440, y1: 310 };
const line = f => {
  const xs = Array.from({ length: 101 }, (_, i) => 40 + 4 * i);
  return stretches(xs, xs.map(f), frame);
};
const hits = (box, lines) =>
  lines.flat().filter(([x, y]) => x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1).length;
const settle = (wanted, room, memory = new Map()) => place(wanted, room, memory);

test("a stretch ends where the line leaves the frame or has a gap", () => {
  const parts = stretches([0, 100, 200, NaN, 300, 400], [100, 100, 100, 100, 100, 400], frame);
  assert.equal(parts.length, 2);
  for (const [x, y] of parts.flat()) assert.ok(x >= 39 && x <= 441 && y >= 9 && y <= 311);
  const apart = parts[0].slice(1).map((p, i) => Math.hypot(p[0] - parts[0][i][0], p[1] - parts[0][i][1]));
  assert.ok(Math.max(...apart) <= 8);
});

test("names of three curves do not cover a curve or each other, and stay inside", () => {
  for (const bend of [0, 0.2, 0.6, 1, 1.4]) {
    const lines = [
      line(x => 160 + 60 * bend * Math.sin(x / 60)),
      line(x => 300 - 0.6 * bend * x),
      line(x => 40 + 0.001 * bend * (x - 40) ** 2),
    ];
    const wanted = lines.map((l, i) => ({
      key: String(i),
      w: 60 + 10 * i,
      h: 15,
      places: besideLine(l, 60 + 10 * i, 15),
    }));
    const boxes = settle(wanted, { frame, boxes: [], lines: lines.flat() }).map((p, i) =>
      boxAt(p.x, p.y, wanted[i].w, wanted[i].h),
    );
    boxes.forEach((b, i) => {
      assert.ok(
        b.x0 >= frame.x0 - 0.1 && b.x1 <= frame.x1 + 0.1 && b.y0 >= frame.y0 - 0.1 && b.y1 <= frame.y1 + 0.1,
        `outside at ${bend}`,
      );
      assert.equal(hits(b, lines.flat()), 0, `on a curve at ${bend}`);
      for (const c of boxes.slice(0, i)) assert.equal(overlap(b, c), 0);
    });
  }
});

test("a name does not jump while its curve moves a little", () => {
  const memory = new Map();
  let last = null;
  for (let t = 0; t < 60; t++) {
    const lines = line(x => 150 + 80 * Math.sin(x / 70 + t * 0.01));
    const [p] = settle(
      [{ key: "a", w: 50, h: 15, places: besideLine(lines, 50, 15) }],
      { frame, boxes: [], lines },
      memory,
    );
    if (last)
      assert.ok(Math.hypot(p.x - last.x, p.y - last.y) < 12, `step ${t}: ${Math.hypot(p.x - last.x, p.y - last.y)}`);
    last = p;
  }
});

test("a point in the corner still has its name inside, and a wish is kept where there is room", () => {
  const [p] = settle([{ key: "a", w: 70, h: 15, places: besidePoint(436, 14, 6, 70, 15, "right") }], {
    frame,
    boxes: [],
    lines: [],
  });
  const box = boxAt(p.x, p.y, 70, 15);
  assert.ok(box.x1 <= frame.x1 && box.y0 >= frame.y0);
  const [q] = settle([{ key: "b", w: 40, h: 15, places: besidePoint(200, 150, 6, 40, 15, "above") }], {
    frame,
    boxes: [],
    lines: [],
  });
  assert.ok(q.y < 150 - 6 && Math.abs(q.x - 200) < 1);
});

test("a shape's name stands outside it", () => {
  const turn = Array.from({ length: 97 }, (_, i) => (i * Math.PI) / 48);
  const rim = stretches(
    turn.map(a => 200 + 60 * Math.cos(a)),
    turn.map(a => 150 + 40 * Math.sin(a)),
    frame,
  );
  const [p] = settle([{ key: "a", w: 40, h: 15, places: besideShape(rim, 40, 15) }], { frame, boxes: [], lines: rim });
  assert.equal(hits(boxAt(p.x, p.y, 40, 15), rim), 0);
});

test("a long flat shape's name lies below it, near its rim", () => {
  const turn = Array.from({ length: 97 }, (_, i) => (i * Math.PI) / 48);
  const xs = turn.map(a => 240 + 180 * Math.cos(a));
  const rim = stretches(
    xs,
    turn.map(a => 150 + 20 * Math.sin(a)),
    frame,
  );
  const wanted = [{ key: "a", w: 80, h: 15, places: besideShape(rim, 80, 15, "below") }];
  const [p] = settle(wanted, { frame, boxes: [], lines: rim });
  assert.equal(hits(boxAt(p.x, p.y, 80, 15), rim), 0);
  assert.ok(p.y > 150 && p.y < 200 && !p.far);
});

test("a letter stands inside its shape, off the path through it", () => {
  const turn = Array.from({ length: 73 }, (_, i) => (i * Math.PI) / 36);
  for (const bend of [0, 0.4, 0.8, 1.2]) {
    const [c, s] = [Math.cos(bend), Math.sin(bend)];
    const xs = turn.map(a => 150 + 300 * Math.cos(a) * c - 60 * Math.sin(a) * s);
    const ys = turn.map(a => 160 + 300 * Math.cos(a) * s + 60 * Math.sin(a) * c);
    const path = stretches([150, 150 + 290 * c], [160, 160 + 290 * s], frame);
    const wanted = [{ key: "A", w: 26, h: 28, places: insideShape(xs, ys, frame) }];
    const [p] = settle(wanted, { frame, boxes: [], lines: path });
    const box = boxAt(p.x, p.y, 26, 28);
    assert.ok(box.x0 >= frame.x0 && box.x1 <= frame.x1 && box.y0 >= frame.y0 && box.y1 <= frame.y1);
    assert.equal(hits(box, path), 0);
    const [u, v] = [(p.x - 150) * c + (p.y - 160) * s, (p.y - 160) * c - (p.x - 150) * s];
    assert.ok((u / 300) ** 2 + (v / 60) ** 2 < 1);
  }
});

test("names beside the axes keep the order of their marks, one above the other", () => {
  for (const ys of [
    [90, 88, 20, 89],
    [5, 6, 7, 8],
    [95, 95, 95, 95],
    [10, 40, 70, 90],
  ]) {
    const wanted = ys.map(y => ({ y, h: 14 }));
    const heights = column(wanted, 0, 100);
    const order = ys.map((_, i) => i).sort((i, j) => ys[i] - ys[j]);
    for (let k = 1; k < order.length; k++) assert.ok(heights[order[k]] - heights[order[k - 1]] >= 14 - 1e-9);
    assert.ok(Math.min(...heights) >= 7 && Math.max(...heights) <= 93);
  }
  const free = [
    { y: 10, h: 14 },
    { y: 60, h: 14 },
  ];
  assert.deepEqual(column(free, 0, 100), [10, 60], "where they have room they stay");
});

test("a full frame leaves no name out", () => {
  const boxes = [];
  for (let x = 40; x < 440; x += 20) for (let y = 10; y < 310; y += 20) boxes.push(boxAt(x, y, 12, 12));
  const [p] = settle([{ key: "a", w: 60, h: 15, places: besidePoint(200, 150, 5, 60, 15) }], {
    frame,
    boxes,
    lines: [],
  });
  assert.ok(p && Number.isFinite(p.x));
});

test("what the reader has put down is never covered, whatever else is", () => {
  const never = [boxAt(200, 150, 60, 18)];
  const lines = line(() => 150);
  const boxes = [boxAt(240, 120, 400, 40), boxAt(240, 180, 400, 40)];
  const [p] = settle([{ key: "a", w: 80, h: 15, places: besideLine(lines, 80, 15) }], { frame, boxes, lines, never });
  assert.equal(overlap(boxAt(p.x, p.y, 80, 15), never[0]), 0);
});

test("a name is nearer to its own curve than to that of any other name", () => {
  for (const gap of [14, 20, 30, 50])
    for (const slope of [0, 0.2, -0.3]) {
      const curves = [-1, 0, 1].map(k => line(x => 160 + k * gap + slope * (x - 240)));
      const wanted = curves.map((l, i) => ({
        key: String(i),
        w: 50,
        h: 15,
        own: l.flat(),
        places: besideLine(l, 50, 15),
      }));
      settle(wanted, { frame, boxes: [], lines: curves.flat() }).forEach((p, i) => {
        const box = boxAt(p.x, p.y, 50, 15);
        const [own, ...others] = [i, ...[0, 1, 2].filter(k => k !== i)].map(k => distance(box, curves[k].flat()));
        assert.ok(Math.min(...others) >= own || p.far, `gap ${gap}, slope ${slope}, name ${i}: ${own} and ${others}`);
      });
    }
});

test("of places that all leave the frame, one is taken that is free once it is pushed back", () => {
  const wanted = ["a", "b"].map(key => ({ key, w: 390, h: 15, places: besidePoint(430, 150, 5, 390, 15) }));
  const [a, b] = settle(wanted, { frame, boxes: [], lines: [] }).map(p => boxAt(p.x, p.y, 390, 15));
  assert.ok(a.x0 >= frame.x0 && a.x1 <= frame.x1 && b.x0 >= frame.x0 && b.x1 <= frame.x1);
  assert.equal(overlap(a, b), 0);
});

test("a bar's name stands at its top, beside it where that is wished", () => {
  const bar = { x0: 60, x1: 90, y0: 100, y1: 300 };
  const room = { frame, boxes: [bar], lines: [] };
  for (const where of ["above", "right"]) {
    const [p] = settle([{ key: where, w: 50, h: 15, places: besideTop(60, 90, 100, 50, 15, where) }], room);
    assert.equal(overlap(boxAt(p.x, p.y, 50, 15), bar), 0);
    assert.ok(where === "above" ? p.y < 100 && p.x === 75 : p.x > 90 && p.y > 100, where);
  }
});

test("a line of two points, too short for anything between, has places too", () => {
  for (const where of ["", "start", "end"])
    for (const p of besideLine(
      [
        [
          [10, 10],
          [12, 11],
        ],
      ],
      40,
      15,
      where,
    ))
      assert.ok(Number.isFinite(p.x + p.y + p.cost));
});
