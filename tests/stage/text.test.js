// Rich text and numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { format, parse, plain } from "../../static/stage/text.js";
import { drawText, spoken, textWidth, wrapped } from "../../static/stage/writing.js";
import { SvgContext } from "../../static/stage/export/svg.js";

const looks = source =>
  parse(source).map(r => [
    r.text ?? `[${r.slot}]`,
    r.italic ? "i" : r.roman ? "r" : r.bold ? "b" : "",
    r.level,
    r.token,
  ]);

test("one look follows another", () => {
  assert.deepEqual(looks("½ _F_ `KL` **so**"), [
    ["½ ", "", 0, undefined],
    ["F", "i", 0, undefined],
    [" ", "", 0, undefined],
    ["KL", "r", 0, undefined],
    [" ", "", 0, undefined],
    ["so", "b", 0, undefined],
  ]);
});

test("levels and colours are undone where they end, also inside each other", () => {
  assert.deepEqual(
    looks("_x_^{2}~{i} {exact|a {guess|b} c} d").map(([t, , level, token]) => [t, level, token]),
    [
      ["x", 0, undefined],
      ["2", 1, undefined],
      ["i", -1, undefined],
      [" ", 0, undefined],
      ["a ", 0, "exact"],
      ["b", 0, "guess"],
      [" c", 0, "exact"],
      [" d", 0, undefined],
    ],
  );
});

test("a slot keeps the look around it; what is not markup stays", () => {
  assert.deepEqual(looks("**[p:3]**"), [["[p:3]", "b", 0, undefined]]);
  assert.equal(plain("a [b"), "a [b");
  assert.equal(plain("{no bar}"), "{no bar}");
  assert.equal(plain("1 * 2 ^ 3 ~ 4"), "1 * 2 ^ 3 ~ 4");
  assert.equal(plain("\\_not italic\\_ \\[no slot\\]"), "_not italic_ [no slot]");
  assert.equal(
    plain("p = [p], q = [q]", s => ({ p: "0.3" })[s] ?? null),
    "p = 0.3, q = ?",
  );
  assert.equal(plain(null), "");
});

test("numbers", () => {
  const cases = [
    [1.005, "2", "1.00"],
    [-0.0001, "2", "0.00"],
    [-0.5, "1", "−0.5"],
    [0.5, "+2", "+0.50"],
    [0, "+2", "0.00"],
    [12345.6, "i", "12 346"],
    [0.1234, "%1", "12.3 %"],
    [1.5e-7, "e1", "1.5 × 10⁻⁷"],
    [123456, "g3", "1.23 × 10⁵"],
    [12345, "g3", "12 345"],
    [0.012345, "g3", "0.0123"],
    [0, "g3", "0"],
    [-2.5e-9, "g2", "−2.5 × 10⁻⁹"],
    [Infinity, "2", "∞"],
    [-Infinity, "2", "−∞"],
  ];
  for (const [value, spec, text] of cases)
    assert.equal(format(value, spec)?.replaceAll("\u202f", " ").replaceAll("\u00a0", " "), text, `${value} ${spec}`);
  for (const nothing of [NaN, null, undefined]) assert.equal(format(nothing), null);
});

test("width is that of the words with their numbers, and grows with the size", () => {
  assert.equal(
    textWidth("ab[x]", {}, () => "cd"),
    textWidth("abcd"),
  );
  assert.ok(textWidth("abcd", { size: 26 }) > 1.9 * textWidth("abcd"));
  assert.ok(textWidth("a^{bc}") < textWidth("abc"));
});

test("text is written from its middle, its right end or its left, with a rim first", () => {
  for (const [align, from] of [
    ["left", 100],
    ["center", 100 - textWidth("abcd") / 2],
    ["right", 100 - textWidth("abcd")],
  ]) {
    const c = new SvgContext();
    drawText(
      c,
      100,
      50,
      "abcd",
      { align, casing: 3, behind: "white", color: "black", tokenColor: () => "red" },
      () => null,
    );
    assert.equal(c.body.length, 2);
    assert.match(c.body[0], /stroke="white"/);
    assert.ok(c.body[1].includes(`x="${+from.toFixed(2)}" y="50"`), c.body[1]);
  }
});

test("lines are broken between words, and no word is lost, cut or parted from its look", () => {
  const source = "KL of _p_ from `q`_r_, the **bowl** ½ _F_ _δ_^{2} and [n] words more";
  const runs = spoken(source, () => "12");
  const whole = runs.map(r => r.text).join("");
  for (const width of [40, 80, 120, 200, 1000]) {
    const lines = wrapped(runs, width);
    assert.equal(
      lines
        .flat()
        .map(r => r.text)
        .join(""),
      whole,
    );
    for (const line of lines) {
      const text = line.map(r => r.text).join("");
      assert.ok(
        text.trim().split(" ").length === 1 || textWidth(text.trimEnd()) <= width * 1.05 + 4,
        `${width}: ${text}`,
      );
      assert.ok(whole.includes(text) && !/^\s/.test(text));
    }
  }
  assert.ok(wrapped(runs, 1000).length === 1);
});
