// Tables by name, and reading them between their nodes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { locate, Reader, Store } from "../../static/stage/tables.js";

const wire = values => Buffer.from(new Float32Array(values).buffer).toString("base64");
const naming = (...ids) => ({ numbers: {}, views: [{ layers: ids.map(t => ({ x: { t, shape: [1] } })) }] });
function reader(tables, controls) {
  const store = new Store();
  store.add(Object.fromEntries(Object.entries(tables).map(([id, v]) => [id, wire(v)])), store);
  return new Reader(store, new Map(Object.entries(controls).map(([k, nodes]) => [k, { nodes }])));
}
const near = (a, b) =>
  Array.from(b).forEach((v, i) =>
    assert.ok(Math.abs(a[i] - v) < 1e-5 || (Number.isNaN(v) && Number.isNaN(a[i])), `${[...a]} is not ${b}`),
  );

test("a value among nodes", () => {
  const nodes = [0, 1, 4, 5];
  assert.deepEqual(locate(nodes, -3), [0, 0]);
  assert.deepEqual(locate(nodes, 9), [2, 1]);
  assert.deepEqual(locate(nodes, 1), [1, 0]);
  assert.deepEqual(locate(nodes, 2.5), [1, 0.5]);
  assert.deepEqual(locate([7], 7), [0, 0]);
  assert.deepEqual(locate(nodes, 4 - 1e-12), [1, 1], "rounding is not a place of its own");
});

test("over one control, over two, and over none", () => {
  const r = reader({ a: [0, 10, 20, 30, 40, 50], b: [1, 2, 3, 4, 5, 6, 7, 8] }, { p: [0, 1, 2], q: [0, 10] });
  const a = { t: "a", shape: [3, 2], over: ["p"] };
  near(r.array(a, { p: 1 }), [20, 30]);
  near(r.array(a, { p: 0.5 }), [10, 20]);
  near(r.array({ t: "b", shape: [2, 2, 2], over: ["q", "s"], nodes: { s: [0, 1] } }, { q: 5, s: 0.5 }), [4, 5]);
  near(r.array({ t: "a", shape: [6], over: [] }, {}), [0, 10, 20, 30, 40, 50]);
  assert.equal(r.value({ t: "a", shape: [3, 2], over: ["p"] }, { p: 2 }), 40);
  assert.equal(r.array({ t: "missing", shape: [1], over: [] }, {}), undefined);
});

test("a hole beside the present node does not reach it; between the two it does", () => {
  const r = reader({ a: [1, NaN, 3] }, { p: [0, 1, 2] });
  const a = { t: "a", shape: [3], over: ["p"] };
  assert.equal(r.value(a, { p: 0 }), 1);
  assert.equal(r.value(a, { p: 2 }), 3);
  assert.ok(Number.isNaN(r.value(a, { p: 0.5 })));
});

test("numbers and lists as they are, with what JSON cannot say", () => {
  const r = reader({}, {});
  assert.equal(r.value(3, {}), 3);
  assert.ok(Number.isNaN(r.value("nan", {})));
  near(r.array([1, "nan", 3], {}), [1, NaN, 3]);
  assert.deepEqual(r.array(["inf", "-inf"], {}), [Infinity, -Infinity]);
  assert.equal(r.value(undefined, {}), undefined);
});

test("a cross is read along the axis that has moved since Python spoke", () => {
  const r = reader({ a: [0, 1], b: [10, 20] }, { p: [0, 1], q: [0, 1] });
  const pick = [
    { t: "a", shape: [2], over: ["p"] },
    { t: "b", shape: [2], over: ["q"] },
  ];
  r.base = { p: 0, q: 0 };
  assert.equal(r.value({ pick }, { p: 1, q: 0 }), 1);
  assert.equal(r.value({ pick }, { p: 0, q: 1 }), 20);
  assert.equal(r.value({ pick }, { p: 0, q: 0 }), 0, "nothing moved: the first");
  assert.equal(r.value({ pick }, { p: 1, q: 1, _moved: "q" }), 20, "both moved: the last one");
});

test("a table in two factors is their product", () => {
  const r = reader({ w: [1, 2, 3, 4], rows: [1, 0, 0, 10, 100, 0] }, { p: [0, 1] });
  const w = { t: "w", shape: [2, 2], over: ["p"] };
  const rows = { t: "rows", shape: [2, 3], over: [] };
  near(r.array({ mix: [w, rows] }, { p: 0 }), [1 + 20, 200, 0]);
  const ref = {
    mix: [
      { each: [2, { t: "w", shape: [2, 2], over: ["p"] }] },
      {
        each: [
          [1, 1],
          [10, 20],
        ],
      },
    ],
  };
  near(r.array(ref, { p: 1 }), [2 + 30, 2 + 60]);
  near(r.array(ref, { p: 1 }), [2 + 30, 2 + 60], "again, nothing is left over");
});

test("the store keeps what is on screen and what Python was told of, and forgets the least recently used", () => {
  const store = new Store(40);
  const scene = {};
  store.add({ a: wire([1, 2, 3, 4]) }, scene, naming("a"));
  store.add({ b: wire([1, 2, 3, 4]) }, scene);
  assert.equal(store.bytes, 32);
  store.add({ c: wire([1, 2, 3, 4]) }, scene);
  assert.ok(store.get("a") && store.get("c") && !store.get("b"));
  const told = store.promise(scene, 7);
  assert.deepEqual(new Set(told), new Set(["a", "c"]));
  store.add({ d: wire([1, 2, 3, 4]) }, scene);
  assert.ok(store.get("c"), "named to Python, which leaves it out of its answer");
  store.answered(scene, 8);
  store.add({ e: wire([1, 2, 3, 4]) }, scene);
  assert.ok(!store.get("c") && store.get("a"));
  store.leave(scene);
  store.add({ f: wire([1, 2, 3, 4]), g: wire([1, 2, 3, 4]) }, {});
  assert.ok(!store.get("a"));
});

test("tables of the scene that did not come are named", () => {
  const store = new Store();
  assert.deepEqual(store.add({ a: wire([1]) }, {}, naming("a", "b")), ["b"]);
  assert.deepEqual(store.add({ b: wire([1]) }, {}, naming("a", "b")), []);
});
