// One picture of every mark, drawn on paper that writes down what is drawn, beside the one that is kept in golden/.
// `npm run golden` writes them anew: look at them before you keep them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { paint } from "../../static/stage/painter.js";
import { SvgContext } from "../../static/stage/export/svg.js";
import { Reader, Store } from "../../static/stage/tables.js";

const W = 240,
  H = 160;
const COLOURS = {
  page: "#fff",
  ink: "#111",
  ink2: "#444",
  ink3: "#777",
  hair: "#e5e5e5",
  axis: "#999",
  veil: "#f3f3f3",
  guess: "#c06",
  ctl: "#234",
  exact: "#088",
  "exact-hatch": "#8cc",
};
const STYLES = {
  line: { token: "exact", width: 2.5, dash: "solid" },
  dashed: { token: "ink2", width: 1.5, dash: "short", alpha: 0.6 },
  dot: { token: "exact", symbol: "diamond", size: 6 },
  cloud: { token: "ink2", symbol: "circle", size: 2, alpha: 0.5 },
};
const GUESSES = [
  { x: 2, y: 1, text: "0.3", caption: "your guess" },
  { x: 3, y: 0.5, kind: "option", text: "1 ×" },
];
const state = { p: 2.5, q: 0.75, k: 2 };
const reader = new Reader(new Store(), new Map());
const environment = () => ({
  T: { mark: COLOURS, text: {} },
  styles: STYLES,
  state,
  phone: false,
  read: d => reader.array(d, state),
  number: d => reader.value(d, state) ?? NaN,
  lookup: s => ({ p: "2.50" })[s] ?? null,
  guesses: () => GUESSES,
  shown: when => Object.entries(when).every(([k, v]) => state[k] === v),
});
const bare = { lo: 0, hi: 4, ticks: [], line: false };
const view = (layers, more = {}) => ({
  id: "v",
  x: bare,
  y: { ...bare, hi: 2 },
  pad: [10, 10, 10, 10],
  layers,
  ...more,
});
const U = [0, 1, 2, 3, 4];

const PICTURES = {
  axes: view([], {
    x: { lo: 0, hi: 4, label: "shift _δ_", grid: true },
    y: { lo: 1e-3, hi: 10, log: true, label: "`KL`, nats" },
    pad: undefined,
  }),
  named: view([
    { kind: "curve", x: U, y: [0.2, 0.4, 0.6, 0.8, 1], style: "line", name: { text: "`KL`" } },
    {
      kind: "curve",
      x: U,
      y: [1, 1.2, 1.4, 1.6, 1.8],
      style: "dashed",
      name: { text: "½ _F_ _δ_^{2}", where: "start" },
    },
  ]),
  curve: view([
    { kind: "curve", x: U, y: [0, 1, "nan", 1, 0], style: "dashed" },
    { kind: "curve", x: U, y: [0, 0.5, 1, 1.5, 1.75], style: "line", casing: true, upto: "p", dots: true, end: true },
  ]),
  points: view([
    { kind: "points", x: U, y: [1, "nan", 0.5, 1, 1.5], style: "dot", labels: ["a", "", "b"], pick: "k" },
    { kind: "points", x: [1, 2, 3], y: [1.8], style: "cloud" },
  ]),
  region: view([
    {
      kind: "region",
      x: [0.5, 2, 2, 0.5],
      y: [0.5, 0.5, 1.5, 1.5],
      token: "exact",
      hatch: "/",
      alpha: 0.3,
      outline: "exact",
    },
  ]),
  veil: view([{ kind: "veil", x0: 2, text: ["hidden until", "you commit"] }]),
  rule: view([
    { kind: "rule", x: [1, 9], token: "exact", dash: "long" },
    { kind: "rule", y: [1.5], from: 1, to: 3 },
  ]),
  segments: view([{ kind: "segments", x0: [0, 1, "nan"], y0: [0], x1: [1, 2, 3], y1: [1, 2, 1], token: "exact" }]),
  arrow: view([
    { kind: "arrow", x0: 0.5, y0: 0.5, x1: 3, y1: 1.5, style: "line" },
    { kind: "arrow", x0: 3.5, y0: 0.5, x1: 3.5, y1: 0.5, style: "line" },
  ]),
  ellipse: view([{ kind: "ellipse", x: 2, y: 1, xx: 1, xy: 0.3, yy: 0.5, style: "dashed", casing: true }]),
  bars: view([
    { kind: "bars", x0: [0, 1, 2], x1: [0.8, 1.8, 2.8], y0: [0], y1: [1, "nan", 1.5], token: "exact", outline: "ink2" },
  ]),
  tiles: view([
    {
      kind: "tiles",
      x0: 1,
      x1: 3,
      y0: 0.5,
      y1: 1.5,
      values: [0, 0.5, 1, 2],
      columns: 2,
      token: "ink",
      outline: "axis",
    },
  ]),
  label: view([
    { kind: "label", x: 1, y: 1, text: "here [p]", dx: 6, dy: -20, leader: true, weight: 600 },
    { kind: "label", x: 9, y: 1, text: "outside: not written" },
  ]),
  handle: view(
    [
      { kind: "handle", x: "p", text: "[p]" },
      { kind: "handle", x: "p", y: "q", ring: 8 },
    ],
    { pad: [10, 10, 10, 40] },
  ),
  bracket: view([{ kind: "bracket", x: 2, y0: 0.5, y1: 1.5, text: "off by 2 ×" }]),
  guess: view([{ kind: "guess", prediction: "near" }]),
};

const drawn = picture => {
  const c = new SvgContext();
  paint(picture, c, W, H, environment());
  const size = `width="${W}" height="${H}" viewBox="0 0 ${W} ${H}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${c.body.join("\n")}\n</svg>\n`;
};

for (const [name, picture] of Object.entries(PICTURES))
  test(name, () => {
    const file = new URL(`golden/${name}.svg`, import.meta.url);
    if (process.env.GOLDEN === "write") writeFileSync(file, drawn(picture));
    assert.equal(drawn(picture), readFileSync(file, "utf8"));
  });

test("layers lie by depth, not by order, and what a control hides is not drawn", () => {
  const fill = { kind: "bars", x0: [0], x1: [1], y0: [0], y1: [1], token: "exact" };
  const line = { kind: "curve", x: U, y: U, style: "line" };
  assert.equal(drawn(view([line, fill])), drawn(view([fill, line])));
  assert.equal(drawn(view([line, { ...fill, when: { k: 1 } }])), drawn(view([line])));
  assert.notEqual(drawn(view([line, { ...fill, when: { k: 2 } }])), drawn(view([line])));
});

test("data that is not there draws nothing, and disturbs nothing else", () => {
  const gone = { t: "not sent", shape: [3], over: [] };
  const empty = drawn(view([]));
  for (const [kind, fields] of Object.entries({ curve: "xy", points: "xy", region: "xy" }))
    assert.equal(
      drawn(view([{ kind, style: "line", ...Object.fromEntries([...fields].map(f => [f, gone])) }])).match(
        /<path d="M/g,
      )?.length ?? 0,
      empty.match(/<path d="M/g)?.length ?? 0,
      kind,
    );
});
