// Paints one view: axes, then layers in a fixed order of depth (fills, rules, casings, lines, marks, labels, handles),
// so that every lesson looks alike and no trail erases another.  Works on a canvas and on SvgContext.
const [{ drawText, textWidth }, { ticksOf }, names] = await Promise.all(["text", "ticks", "names"].map(m => import(`./${m}.js${new URL(import.meta.url).search}`)));

const DASH = { solid: [], short: [4, 3], long: [8, 5], longshort: [9, 3, 2, 3], dot: [1.5, 3.5], dashdot: [8, 3, 2, 3], dash: [6, 4] };
const DEPTH = { region: 0, veil: 0, bars: 0, tiles: 0, rule: 1, segments: 1, curve: 3, ellipse: 3, trail: 3, arrow: 3, points: 4, bracket: 5, guess: 5, label: 6, handle: 7 };
const px = v => Math.round(v) + 0.5;

export function axisMap(axis, from, to) {
  const f = axis.log ? Math.log10 : v => v, a = f(axis.lo), b = f(axis.hi), k = (to - from) / (b - a);
  const map = v => from + (f(v) - a) * k;
  map.inverse = p => { const u = a + (p - from) / k; return axis.log ? 10 ** u : u; };
  return map;
}

const tickSize = view => (view.small ? 12.5 : 13);
/** An axis with its ticks: given, or derived from its length. */
const marked = (axis, pixels, apart) => (axis.ticks ? axis : { ...axis, ticks: ticksOf(axis, pixels, apart) });

/** Room around the axes for what is written there: [left, top, right, bottom]. */
export function padding(view, w, h) {
  if (view.pad) return view.pad;
  const size = tickSize(view), width = s => textWidth(s, { size }), handle = view.layers.some(L => L.kind === "handle" && L.text && L.y === undefined);
  const across = marked(view.x, w - 60, 64), written = across.ticks.some(([, s]) => s), top = 8;
  const bottom = (written || handle ? 24 : 6) + (view.x.label ? (handle ? 22 : 18) : 0);
  const y = marked(view.y, h - top - bottom, 40), widest = Math.max(0, ...y.ticks.map(([, s]) => width(s)));
  const left = (widest ? widest + 9 : 4) + (view.y.rotate && view.y.label ? 20 : 0), last = marked(view.x, w - left - 8, 64).ticks.at(-1);
  const over = last ? axisMap(view.x, left, w - 8)(last[0]) + width(last[1]) / 2 - (w - 8) : 0;  // the last number may reach beyond the axis
  return [Math.ceil(left), top, Math.ceil(8 + Math.max(0, over)), bottom];
}

/** Pixel geometry of a view at a size; with `equal` one unit is as long on both axes. */
export function geometry(view, w, h) {
  const [l, t, r, b] = padding(view, w, h);
  let x = view.x, y = view.y;
  if (view.equal) {
    const unit = Math.min((w - l - r) / (x.hi - x.lo), (h - t - b) / (y.hi - y.lo));
    const grow = (axis, pixels) => { const extra = (pixels / unit - (axis.hi - axis.lo)) / 2; return { ...axis, lo: axis.lo - extra, hi: axis.hi + extra }; };
    x = grow(x, w - l - r); y = grow(y, h - t - b);
  }
  x = marked(x, w - l - r, 64); y = marked(y, h - t - b, 40);
  return { x, y, X: axisMap(x, l, w - r), Y: axisMap(y, h - b, t), left: l, right: w - r, top: t, bottom: h - b, w, h };
}

export function mark(c, symbol, x, y, s, colour, page, { fill = true, width = 1.75, casing = 2 } = {}) {
  c.save(); c.setLineDash([]); c.lineJoin = "round"; c.beginPath();
  if (symbol === "circle") c.arc(x, y, s, 0, 7);
  else if (symbol === "square") c.rect(x - s * 0.88, y - s * 0.88, s * 1.76, s * 1.76);
  else if (symbol === "triangle" || symbol === "triangle-down") { const d = symbol === "triangle" ? 1 : -1; c.moveTo(x, y - d * s * 1.12); c.lineTo(x + s * 1.05, y + d * s * 0.8); c.lineTo(x - s * 1.05, y + d * s * 0.8); c.closePath(); }
  else if (symbol === "diamond") { c.moveTo(x, y - s * 1.2); c.lineTo(x + s * 1.2, y); c.lineTo(x, y + s * 1.2); c.lineTo(x - s * 1.2, y); c.closePath(); }
  else if (symbol === "star") { for (let i = 0; i < 10; i++) { const a = -Math.PI / 2 + i * Math.PI / 5, q = i % 2 ? s * 0.5 : s * 1.25; i ? c.lineTo(x + q * Math.cos(a), y + q * Math.sin(a)) : c.moveTo(x + q * Math.cos(a), y + q * Math.sin(a)); } c.closePath(); }
  else if (symbol === "plus") { c.moveTo(x - s, y); c.lineTo(x + s, y); c.moveTo(x, y - s); c.lineTo(x, y + s); fill = false; }
  else if (symbol === "tick") { c.moveTo(x - s, y); c.lineTo(x + s, y); fill = false; }
  else { const q = s * 0.8; c.moveTo(x - q, y - q); c.lineTo(x + q, y + q); c.moveTo(x - q, y + q); c.lineTo(x + q, y - q); fill = false; }
  const closed = !["plus", "tick", "cross"].includes(symbol);
  if (casing) { c.strokeStyle = page; c.lineWidth = (fill ? 0 : width) + 2 * casing; c.stroke(); }
  if (fill) { c.fillStyle = colour; c.fill(); }
  else { if (closed) { c.fillStyle = page; c.fill(); } c.strokeStyle = colour; c.lineWidth = width; c.stroke(); }
  c.restore();
}

export function paint(view, c, w, h, env) {
  const g = geometry(view, w, h), { T, read, number, lookup, phone } = env;
  const tone = n => T.mark[n] ?? T.mark.ink2, ink = n => T.text[n] ?? T.mark[n] ?? T.mark.ink2;
  const text = (x, y, s, o = {}) => drawText(c, x, y, s, { behind: T.mark.page, tokenColor: ink, color: ink(o.token ?? "ink2"), ...o }, lookup);
  const line = (x0, y0, x1, y1, colour, width = 1, dash = []) => { c.save(); c.strokeStyle = colour; c.lineWidth = width; c.setLineDash(dash); c.beginPath(); c.moveTo(x0, y0); c.lineTo(x1, y1); c.stroke(); c.restore(); };
  c.clearRect(0, 0, w, h);

  const inside = paintIn => { c.save(); c.beginPath(); c.rect(g.left, g.top, g.right - g.left, g.bottom - g.top); c.clip(); paintIn(); c.restore(); };
  const style = L => ({ ...(env.styles[L.style] ?? {}), ...L });
  const trace = (xs, ys, upto = Infinity, from = 0) => {
    c.beginPath(); let pen = false;
    const last = Math.min(xs.length - 1, Math.floor(upto));
    for (let i = from; i <= last; i++) { const a = g.X(xs[i]), b = g.Y(ys[i]); if (!Number.isFinite(a) || !Number.isFinite(b)) { pen = false; continue; } const A = Math.max(-4000, Math.min(4000, a)), B = Math.max(-4000, Math.min(4000, b)); pen ? c.lineTo(A, B) : c.moveTo(A, B); pen = true; }
    if (upto < xs.length - 1 && upto > last) { const f = upto - last, a = g.X(xs[last] + f * (xs[last + 1] - xs[last])), b = g.Y(ys[last] + f * (ys[last + 1] - ys[last])); if (Number.isFinite(a) && Number.isFinite(b)) c.lineTo(a, b); }
  };
  const hatch = (L) => {                                   // 6-px pitch, 1 px, within the current clip
    c.save(); c.strokeStyle = tone(L.hatchToken ?? L.token + "-hatch"); c.fillStyle = c.strokeStyle; c.lineWidth = 1; c.setLineDash([]); c.beginPath();
    const span = g.right - g.left + g.bottom - g.top;
    if (L.hatch === ".") { for (let i = g.left; i < g.right; i += 6) for (let j = g.top; j < g.bottom; j += 6) c.rect(i, j, 1.2, 1.2); c.fill(); }
    else { for (let k = -span; k < span; k += 8.5) { if (L.hatch === "/") { c.moveTo(g.left + k, g.bottom); c.lineTo(g.left + k + span, g.bottom - span); } else { c.moveTo(g.left + k, g.top); c.lineTo(g.left + k + span, g.top + span); } } c.stroke(); }
    c.restore();
  };

  // ---- axes
  const { x, y } = g, small = view.small;
  const drawAxes = () => {
    if (y.ticks) for (const [v, s] of y.ticks) { if (v < y.lo - 1e-12 || v > y.hi + 1e-12) continue; const q = px(g.Y(v)) - 0.5; if (y.grid !== false) line(g.left, q + 0.5, g.right, q + 0.5, tone("hair")); else line(g.left - 5, q + 0.5, g.left, q + 0.5, tone("axis")); text(g.left - 8, q + 4.5, s, { align: "right", token: "ink3", size: tickSize(view) }); }
    if (x.grid) for (const [v] of x.ticks ?? []) line(px(g.X(v)), g.top, px(g.X(v)), g.bottom, tone("hair"));
    const base = x.at === undefined ? g.bottom : g.Y(x.at);
    if (x.line !== false) line(g.left, px(base), g.right, px(base), tone("axis"));
    if (y.line || y.grid === false) line(px(g.left), g.top, px(g.left), g.bottom, tone("axis"));
    const handleAt = env.handleX?.(view, g);
    for (const [v, s] of x.ticks ?? []) { if (v < x.lo - 1e-12 || v > x.hi + 1e-12) continue; const q = g.X(v); line(px(q), base, px(q), base + 5, tone("axis")); if (handleAt !== undefined && Math.abs(handleAt - q) < 34) continue; text(q, base + 20, s, { align: "center", token: "ink3", size: tickSize(view) }); }
    if (x.label) x.labelAt === "right" ? text(g.right, g.h - 4, x.label, { align: "right" }) : text((g.left + g.right) / 2, g.h - 4, x.label, { align: "center" });
    if (y.label) y.rotate ? text(13, (g.top + g.bottom) / 2, y.label, { align: "center", rotate: -Math.PI / 2 }) : text(g.left + 8, g.top + 13, y.label, { casing: 3 });
  };

  const painters = {
    region(L) {
      const xs = read(L.x), ys = read(L.y); if (!xs || !ys) return;
      inside(() => { trace(xs, ys); c.closePath(); c.save(); if (L.alpha) c.globalAlpha = L.alpha; if (L.token) { c.fillStyle = tone(L.token); c.fill(); } c.restore(); if (L.hatch) { c.save(); c.clip(); hatch(L); c.restore(); } });
      if (L.outline) inside(() => { trace(xs, ys); c.closePath(); c.save(); c.strokeStyle = tone(L.outline); c.globalAlpha = L.outlineAlpha ?? 0.75; c.lineWidth = L.width ?? 1.5; c.setLineDash(DASH[L.dash ?? "short"]); c.stroke(); c.restore(); });
    },
    veil(L) {
      const a = L.x0 === undefined ? g.left : Math.max(g.left, g.X(number(L.x0))), b = L.x1 === undefined ? g.right : Math.min(g.right, g.X(number(L.x1)));
      const t = L.y1 === undefined ? g.top : Math.max(g.top, g.Y(number(L.y1))), d = L.y0 === undefined ? g.bottom : Math.min(g.bottom, g.Y(number(L.y0)));
      if (b <= a || d <= t) return;
      c.fillStyle = tone("veil"); c.fillRect(a, t, b - a, d - t);
      if (L.x0 !== undefined) line(px(a), t, px(a), d, tone("hair")); if (L.x1 !== undefined) line(px(b), t, px(b), d, tone("hair"));
      if (L.text) (Array.isArray(L.text) ? L.text : [L.text]).forEach((s, i) => text(L.align === "right" ? b - 4 : (a + b) / 2, (L.at === undefined ? (t + d) / 2 : g.Y(L.at)) + 17 * i, s, { align: L.align ?? "center", token: "ink3" }));
    },
    bars(L) {
      const x0 = read(L.x0), x1 = read(L.x1), y0 = read(L.y0), y1 = read(L.y1); if (!x0 || !x1 || !y0 || !y1) return; const n = Math.max(x0.length, y1.length), at = (a, i) => a[a.length === 1 ? 0 : i];
      inside(() => { for (let i = 0; i < n; i++) { const a = g.X(at(x0, i)), b = g.X(at(x1, i)), p = g.Y(at(y0, i)), q = g.Y(at(y1, i)); if (![a, b, p, q].every(Number.isFinite)) continue; c.save(); c.globalAlpha = L.alpha ?? 1; c.fillStyle = tone(L.token); if (!L.hollow) c.fillRect(Math.min(a, b), Math.min(p, q), Math.abs(b - a), Math.abs(q - p)); c.globalAlpha = 1; if (L.outline) { c.strokeStyle = tone(L.outline); c.lineWidth = 1; c.strokeRect(Math.min(a, b), Math.min(p, q), Math.abs(b - a), Math.abs(q - p)); } c.restore(); } });
    },
    tiles(L) {
      const values = read(L.values); if (!values) return;
      const a = g.X(L.x0), top = g.Y(L.y1), across = (g.X(L.x1) - a) / L.columns, rows = Math.ceil(values.length / L.columns), down = (g.Y(L.y0) - top) / rows;
      c.save(); c.fillStyle = tone(L.token);
      for (let i = 0; i < values.length; i++) { const col = i % L.columns, row = Math.floor(i / L.columns), p = Math.round(a + col * across), q = Math.round(top + row * down); if (!(values[i] > 0)) continue; c.globalAlpha = Math.min(1, values[i]); c.fillRect(p, q, Math.round(a + (col + 1) * across) - p, Math.round(top + (row + 1) * down) - q); }
      c.globalAlpha = 1;
      if (L.outline) { c.strokeStyle = tone(L.outline); c.lineWidth = 1; c.strokeRect(px(a), px(top), Math.round(g.X(L.x1)) - Math.round(a), Math.round(g.Y(L.y0)) - Math.round(top)); }
      c.restore();
    },
    rule(L) {
      const colour = tone(L.token ?? "axis"), dash = DASH[L.dash ?? "solid"];
      for (const v of read(L.x) ?? []) { const q = g.X(v); if (Number.isFinite(q) && q >= g.left - 1 && q <= g.right + 1) line(px(q), L.to === undefined ? g.top : g.Y(number(L.to)), px(q), L.from === undefined ? g.bottom : g.Y(number(L.from)), colour, L.width ?? 1, dash); }
      for (const v of read(L.y) ?? []) { const q = g.Y(v); if (Number.isFinite(q) && q >= g.top - 1 && q <= g.bottom + 1) line(L.from === undefined ? g.left : g.X(number(L.from)), px(q), L.to === undefined ? g.right : g.X(number(L.to)), px(q), colour, L.width ?? 1, dash); }
    },
    segments(L) {
      const x0 = read(L.x0), y0 = read(L.y0), x1 = read(L.x1), y1 = read(L.y1); if (!x0 || !y0 || !x1 || !y1) return;
      const n = Math.max(x0.length, y0.length, x1.length, y1.length), at = (a, i) => a[a.length === 1 ? 0 : i];
      inside(() => { c.save(); c.strokeStyle = tone(L.token ?? "axis"); c.globalAlpha = L.alpha ?? 1; c.lineWidth = L.width ?? 1; c.setLineDash(DASH[L.dash ?? "solid"]); c.beginPath(); for (let i = 0; i < n; i++) { const a = g.X(at(x0, i)), b = g.Y(at(y0, i)), d = g.X(at(x1, i)), e = g.Y(at(y1, i)); if ([a, b, d, e].every(Number.isFinite)) { c.moveTo(a, b); c.lineTo(d, e); } } c.stroke(); c.restore(); });
    },
    casing(L) { if (!L.casing) return; const S = style(L), xs = read(L.x), ys = read(L.y); if (!xs || !ys) return; inside(() => { trace(xs, ys, L.upto ? env.state[L.upto] : Infinity); c.strokeStyle = tone("page"); c.lineWidth = (S.width ?? 2) + 4; c.lineJoin = "round"; c.setLineDash([]); c.stroke(); }); },
    curve(L) {
      const S = style(L), xs = read(L.x), ys = read(L.y); if (!xs || !ys) return;
      const now = L.upto ? env.state[L.upto] : Infinity;
      inside(() => {
        c.save(); c.strokeStyle = tone(S.token); c.lineWidth = S.width ?? 2; c.lineJoin = "round"; c.setLineDash(DASH[S.dash ?? "solid"]); c.globalAlpha = S.alpha ?? 1;
        if (L.upto && now < xs.length - 1) { c.globalAlpha = (S.alpha ?? 1) * (small ? 0.28 : 0.4); trace(xs, ys, Infinity, Math.max(0, Math.floor(now))); c.stroke(); c.globalAlpha = S.alpha ?? 1; }
        trace(xs, ys, now); c.stroke(); c.restore();
        if (L.dots) { let last = [-99, -99]; const end = Math.min(now, xs.length - 1); for (let i = 1; i <= end; i += i < 8 ? 1 : 10 - (i % 10)) { const a = g.X(xs[i]), b = g.Y(ys[i]); if (Math.hypot(a - last[0], b - last[1]) < 7) continue; last = [a, b]; c.save(); c.beginPath(); c.arc(a, b, 2.3, 0, 7); c.fillStyle = tone(S.token); c.fill(); c.restore(); } }
      });
      if (L.end) { const i = Math.min(now, xs.length - 1), k = Math.floor(i), f = i - k, xv = f ? xs[k] + f * (xs[k + 1] - xs[k]) : xs[k], yv = f ? ys[k] + f * (ys[k + 1] - ys[k]) : ys[k]; endMark(S, xv, yv, L.end === true ? (small ? 4.5 : 6.5) : L.end); }
    },
    ellipse(L) {                                            // the unit circle under a symmetric matrix
      const S = style(L), [x, y, xx, xy, yy] = [L.x, L.y, L.xx, L.xy, L.yy].map(number); if (![x, y, xx, xy, yy].every(Number.isFinite)) return;
      const draw = () => { c.beginPath(); for (let i = 0; i <= 96; i++) { const u = Math.cos(i * Math.PI / 48), v = Math.sin(i * Math.PI / 48), a = g.X(x + xx * u + xy * v), b = g.Y(y + xy * u + yy * v); i ? c.lineTo(a, b) : c.moveTo(a, b); } c.closePath(); };
      inside(() => { c.save(); c.setLineDash([]); if (L.casing) { c.strokeStyle = tone("page"); c.lineWidth = (S.width ?? 2) + 3; draw(); c.stroke(); } c.strokeStyle = tone(S.token); c.globalAlpha = S.alpha ?? 1; c.lineWidth = S.width ?? 2; c.setLineDash(DASH[S.dash ?? "solid"]); draw(); c.stroke(); c.restore(); });
    },
    arrow(L) {
      const S = style(L), x0 = number(L.x0), y0 = number(L.y0), x1 = number(L.x1), y1 = number(L.y1); if (![x0, y0, x1, y1].every(Number.isFinite)) return;
      inside(() => {
        let a = g.X(x0), b = g.Y(y0), d = g.X(x1), e = g.Y(y1); const len = Math.hypot(d - a, e - b); if (len < 1) { mark(c, S.symbol ?? "circle", a, b, 3, tone(S.token), T.mark.page); return; }
        const ux = (d - a) / len, uy = (e - b) / len, head = Math.min(10, len * 0.6), wd = S.width ?? 2.5;
        for (const [colour, extra] of L.casing === false ? [[tone(S.token), 0]] : [[T.mark.page, 4], [tone(S.token), 0]]) {
          c.save(); c.strokeStyle = colour; c.lineWidth = wd + extra; c.setLineDash(extra ? [] : DASH[S.dash ?? "solid"]); c.beginPath(); c.moveTo(a, b); c.lineTo(d - ux * head * 0.8, e - uy * head * 0.8); c.stroke(); c.setLineDash([]);
          c.beginPath(); c.moveTo(d, e); c.lineTo(d - ux * head - uy * head * 0.45, e - uy * head + ux * head * 0.45); c.lineTo(d - ux * head + uy * head * 0.45, e - uy * head - ux * head * 0.45); c.closePath(); if (extra) { c.lineJoin = "round"; c.lineWidth = extra; c.stroke(); } c.fillStyle = colour; c.fill(); c.restore();
        }
      });
    },
    points(L) {
      const S = style(L), xs = read(L.x), ys = read(L.y); if (!xs || !ys) return;
      const count = L.count === undefined ? Infinity : number(L.count), sizes = L.sizes ? read(L.sizes) : null, n = Math.min(Math.max(xs.length, ys.length), count), at = (a, i) => a[a.length === 1 ? 0 : i];
      const r = S.size ?? (small ? 4.5 : 6.5), plainDot = S.symbol === "circle" && r <= 3.2 && !L.casing;
      const draw = () => {
        if (plainDot) {                                     // clouds: one path, one fill
          c.save(); c.globalAlpha = S.alpha ?? 1; c.beginPath();
          for (let i = 0; i < n; i++) { const a = g.X(at(xs, i)), b = g.Y(at(ys, i)); if (!Number.isFinite(a) || !Number.isFinite(b)) continue; const q = sizes ? sizes[i] : r; c.moveTo(a + q, b); c.arc(a, b, q, 0, 7); }
          if (S.hollow) { c.strokeStyle = tone(S.token); c.lineWidth = 1.25; c.stroke(); } else { c.fillStyle = tone(S.token); c.fill(); } c.restore(); return;
        }
        c.save(); c.globalAlpha = S.alpha ?? 1;
        for (let i = 0; i < n; i++) endMark({ ...S, casing: L.casing }, at(xs, i), at(ys, i), sizes ? sizes[i] : r, L.edge !== false);
        c.restore();
      };
      L.clip === false || !plainDot ? draw() : inside(draw);
      if (L.labels) L.labels.forEach((s, i) => { if (i >= n || !s || (L.edge === false && (g.X(at(xs, i)) < g.left || g.X(at(xs, i)) > g.right || g.Y(at(ys, i)) < g.top || g.Y(at(ys, i)) > g.bottom))) return; if (L.inside) text(g.X(at(xs, i)), g.Y(at(ys, i)) + 4, s, { align: "center", token: "ink", size: 11 }); else text(g.X(at(xs, i)) + (L.dx ?? 8), g.Y(at(ys, i)) + (L.dy ?? -6), s, { token: S.token, size: 12, casing: 2.5 }); });
      if (L.pick) { const k = Math.round(env.state[L.pick]) - (L.base ?? 0); if (k >= 0 && k < n) { const a = g.X(at(xs, k)), b = g.Y(at(ys, k)); if (!(a >= g.left - 2 && a <= g.right + 2 && b >= g.top - 2 && b <= g.bottom + 2)) return; c.save(); c.strokeStyle = tone("ctl"); c.lineWidth = 2; c.beginPath(); c.arc(a, b, r + 4, 0, 7); c.stroke(); c.restore(); } }
    },
    bracket(L) {
      const q = g.X(number(L.x)) + (L.dx ?? -16), a = g.Y(number(L.y0)), b = g.Y(number(L.y1)); if (![q, a, b].every(Number.isFinite)) return;
      c.save(); c.strokeStyle = tone("guess"); c.lineWidth = 1.25; c.setLineDash([]); c.beginPath(); c.moveTo(q + 6, a); c.lineTo(q, a); c.lineTo(q, b); c.lineTo(q + 6, b); c.stroke(); c.restore();
      if (L.text) text(q - 7, (a + b) / 2 + 4.5, L.text, { align: "right", token: "guess", casing: 3 });
    },
    guess(L) { for (const m of env.guesses(L.prediction)) guessMark(m); },
    label(L) {
      let a = g.X(number(L.x)), b = g.Y(number(L.y)); if (L.at === "left") a = g.left; if (L.at === "right") a = g.right; if (!Number.isFinite(a) || !Number.isFinite(b)) return;
      if (phone ? L.phone === false : L.phone === "only") return;
      if (L.clip !== false && (a < g.left - 20 || a > g.right + 20 || b < g.top - 16 || b > g.bottom + 24)) return;
      const dx = L.dx === undefined ? 0 : number(L.dx), dy = L.dy === undefined ? 0 : number(L.dy); if (!Number.isFinite(dx + dy)) return;
      if (L.leader) line(px(a), b + (dy < 0 ? -4 : 4), px(a), b + dy + (dy < 0 ? 4 : -14), tone("axis"));
      text(a + dx, b + dy + (L.middle ? 4.5 : 0), L.text, { align: L.align ?? "left", token: L.token ?? "ink2", size: L.size ?? 13, weight: L.weight ?? 400, casing: L.casing === false ? 0 : 3 });
    },
    handle(L) {
      if (L.invisible) return;
      const a = L.x !== undefined ? g.X(env.state[L.x]) : g.X(number(L.atX)), b = L.y !== undefined ? g.Y(env.state[L.y]) : L.atY !== undefined ? g.Y(number(L.atY)) : g.bottom;
      if (!Number.isFinite(a) || !Number.isFinite(b)) return;
      const col = tone("ctl"), ring = L.ring ?? 10; c.save(); c.setLineDash([]);
      if (L.ring) { c.strokeStyle = T.mark.page; c.lineWidth = 4; c.beginPath(); c.arc(a, b, ring, 0, 7); c.stroke(); c.strokeStyle = col; c.lineWidth = 1.5; c.beginPath(); c.arc(a, b, ring, 0, 7); c.stroke(); }
      else { c.fillStyle = T.mark.page; c.beginPath(); c.arc(a, b, 10, 0, 7); c.fill(); c.strokeStyle = col; c.lineWidth = 1; c.beginPath(); c.arc(a, b, 9.5, 0, 7); c.stroke(); c.fillStyle = col; c.beginPath(); c.arc(a, b, 6.5, 0, 7); c.fill(); }
      c.lineWidth = 1.75; c.lineJoin = "round"; c.beginPath();
      const chevron = (dx, dy) => { const p = ring + 3, q = ring + 7; c.moveTo(a + dx * p - dy * 4, b + dy * p - dx * 4); c.lineTo(a + dx * q, b + dy * q); c.lineTo(a + dx * p + dy * 4, b + dy * p + dx * 4); };
      if (L.x !== undefined) { chevron(1, 0); chevron(-1, 0); } if (L.y !== undefined) { chevron(0, 1); chevron(0, -1); } c.stroke(); c.restore();
      if (L.text) text(a, b + 29, L.text, { align: "center", token: "ink", weight: 600, size: 14, casing: 2 });
    },
  };
  function endMark(S, xv, yv, size, edge = true) {
    let a = g.X(xv), b = g.Y(yv); if (!Number.isFinite(a) || !Number.isFinite(b)) return;
    if (edge) { a = Math.max(g.left + 5, Math.min(g.right - 4, a)); b = Math.max(g.top + 5, Math.min(g.bottom, b)); } else if (a < g.left || a > g.right || b < g.top || b > g.bottom) return;
    mark(c, S.symbol ?? "circle", a, b, size, tone(S.token), T.mark.page, { fill: !S.hollow, casing: S.casing === false ? 0 : 2 });
  }
  function guessMark(m) {
    const a = m.px !== undefined ? m.px : g.X(m.x), b = g.Y(m.y); if (!Number.isFinite(a) || !Number.isFinite(b)) return;
    if (m.kind === "option") { line(a - 5, Math.round(b), a + 5, Math.round(b), tone("guess"), 1.5); if (m.text) text(a + 12, b + 4.5, m.text, { token: "ink3", casing: 3 }); }
    else { mark(c, "diamond", a, b, 6.5, tone("guess"), T.mark.page); const beside = m.caption && a < 84; if (m.text) text(a + 17, b + 4.5, beside ? `${m.text}, ${m.caption}` : m.text, { token: "guess", weight: 600, casing: 3 }); if (m.caption && !beside) text(a - 14, b + 4.5, m.caption, { align: "right", token: "guess", casing: 3 }); }
  }

  // ---- names: placed when every mark is known, drawn under the handles
  const pixels = (xs, ys) => { const n = Math.max(xs?.length ?? 0, ys?.length ?? 0), at = (a, i) => a[a.length === 1 ? 0 : i]; return [Array.from({ length: xs && ys ? n : 0 }, (_, i) => g.X(at(xs, i))), Array.from({ length: xs && ys ? n : 0 }, (_, i) => g.Y(at(ys, i)))]; };
  const frame = { x0: g.left, y0: g.top, x1: g.right, y1: g.bottom };
  function outline(L) {                                     // a mark as lines in pixels
    if (L.kind === "curve" || L.kind === "region") return names.stretches(...pixels(read(L.x), read(L.y)), frame);
    if (L.kind === "ellipse") { const [x, y, xx, xy, yy] = [L.x, L.y, L.xx, L.xy, L.yy].map(number), turn = Array.from({ length: 97 }, (_, i) => i * Math.PI / 48); return names.stretches(turn.map(a => g.X(x + xx * Math.cos(a) + xy * Math.sin(a))), turn.map(a => g.Y(y + xy * Math.cos(a) + yy * Math.sin(a))), frame); }
    if (L.kind === "segments") { const [x0, y0, x1, y1] = [L.x0, L.y0, L.x1, L.y1].map(read); return x0 && x1 ? Array.from(x1, (_, i) => names.stretches(...pixels([x0[i] ?? x0[0], x1[i]], [y0[i] ?? y0[0], y1[i] ?? y1[0]]), frame)).flat() : []; }
    if (L.kind === "arrow") return names.stretches(...pixels([number(L.x0), number(L.x1)], [number(L.y0), number(L.y1)]), frame);
    if (L.kind === "rule") return [...(read(L.x) ?? [])].map(v => [g.X(v), g.X(v), L.from === undefined ? g.bottom : g.Y(number(L.from)), L.to === undefined ? g.top : g.Y(number(L.to))]).concat([...(read(L.y) ?? [])].map(v => [g.left, g.right, g.Y(v), g.Y(v)])).flatMap(([a, b, c, d]) => names.stretches([a, b], [c, d], frame));
    return [];
  }
  function nameMarks() {
    const shown = view.layers.filter(L => !(L.when && !env.shown(L.when))), spoken = shown.filter(L => L.name && !(phone && L.name.phone === false));
    if (!spoken.length) return;
    const room = { frame: { x0: g.left + 2, y0: g.top + 1, x1: g.w - 2, y1: g.bottom - 2 }, boxes: [], lines: [] }, outlines = new Map();
    for (const L of shown) {
      const lines = ["curve", "ellipse", "segments", "arrow", "rule", "region"].includes(L.kind) ? outline(L) : [];
      outlines.set(L, lines);
      if (L.kind !== "region" || L.outline) room.lines.push(...lines);
      if (L.kind === "points" && (style(L).alpha ?? 1) > 0) { const [a, b] = pixels(read(L.x), read(L.y)), r = (style(L).size ?? 6) + 2; if (a.length <= 60) a.forEach((x, i) => Number.isFinite(x + b[i]) && room.boxes.push(names.boxAt(x, b[i], 2 * r, 2 * r))); }
      if (L.kind === "handle" && !L.invisible) { const a = L.x !== undefined ? g.X(env.state[L.x]) : g.X(number(L.atX)), b = L.y !== undefined ? g.Y(env.state[L.y]) : L.atY !== undefined ? g.Y(number(L.atY)) : g.bottom; room.boxes.push(names.boxAt(a, b, 34, 26)); if (L.text) room.boxes.push(names.boxAt(a, b + 25, textWidth(L.text, { size: 14, weight: 600 }, lookup), 16)); }
      if (L.kind === "label") { const w = textWidth(L.text, { size: L.size ?? 13, weight: L.weight }, lookup), x = g.X(number(L.x)) + (number(L.dx) || 0), y = g.Y(number(L.y)) + (number(L.dy) || 0) - 4; if (Number.isFinite(x + y)) room.boxes.push(names.boxAt(L.align === "center" ? x : L.align === "right" ? x - w / 2 : x + w / 2, y, w, 15)); }
      if (L.kind === "bars") { const [x0, x1, y0, y1] = [L.x0, L.x1, L.y0, L.y1].map(read), at = (a, i) => a[a.length === 1 ? 0 : i]; for (let i = 0; i < Math.min(40, Math.max(x0.length, y1.length)); i++) { const box = { x0: g.X(at(x0, i)), x1: g.X(at(x1, i)), y0: Math.min(g.Y(at(y0, i)), g.Y(at(y1, i))), y1: Math.max(g.Y(at(y0, i)), g.Y(at(y1, i))) }; if (Object.values(box).every(Number.isFinite)) room.boxes.push(box); } }
      if (L.kind === "guess") for (const m of env.guesses(L.prediction)) { const a = m.px !== undefined ? m.px : g.X(m.x), b = g.Y(m.y); if (Number.isFinite(a + b)) room.boxes.push(names.boxAt(a, b, 18, 18), { x0: a + 10, x1: a + 17 + textWidth(m.text ?? ""), y0: b - 9, y1: b + 9 }); }
    }
    if (y.label && !y.rotate) { const w = textWidth(y.label); room.boxes.push({ x0: g.left + 6, x1: g.left + 10 + w, y0: g.top, y1: g.top + 18 }); }
    const wanted = spoken.map(L => {
      const N = L.name, w = textWidth(N.text, { size: N.size ?? 13, weight: N.weight ?? 400 }, lookup), h = (N.size ?? 13) + 2, key = view.layers.indexOf(L) + N.text;
      if (L.kind === "points") { const [a, b] = pixels(read(L.x), read(L.y)), i = N.where === "start" ? 0 : a.length - 1; return { key, w, h, places: Number.isFinite(a[i] + b[i]) ? names.besidePoint(a[i], b[i], style(L).size ?? 6, w, h, N.where) : [] }; }
      if (L.kind === "bars") { const a = (g.X(number(L.x0)) + g.X(number(L.x1))) / 2, b = Math.min(g.Y(number(L.y0)), g.Y(number(L.y1))); return { key, w, h, places: Number.isFinite(a + b) ? names.besidePoint(a, b, 1, w, h, N.where || "above") : [] }; }
      const lines = outlines.get(L) ?? [];
      return { key, w, h, places: L.kind === "ellipse" || L.kind === "region" ? names.besideShape(lines, w, h, N.where) : names.besideLine(lines, w, h, N.where ?? "") };
    });
    const memory = (env.memory ??= new Map()), mine = memory.get(view.id) ?? new Map(); memory.set(view.id, mine);
    names.place(wanted, room, mine).forEach((at, i) => {
      if (!at) return;
      const L = spoken[i], N = L.name, token = N.token ?? L.token ?? style(L).token ?? "ink2";
      if (at.far && at.from) { c.save(); c.globalAlpha = 0.7; line(at.from[0], at.from[1], at.x, at.y, tone("axis")); c.restore(); }
      text(at.x, at.y + 4.5, N.text, { align: "center", token, size: N.size ?? 13, weight: N.weight ?? 400, casing: 3 });
      (env.written ??= []).push({ view: view.id, text: N.text, ...names.boxAt(at.x, at.y, wanted[i].w, wanted[i].h), cost: at.cost });
    });
  }

  const layers = view.layers.map((L, i) => [DEPTH[L.kind] ?? 3, i, L]).sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  let axes = false, cased = false, told = false;
  for (const [depth, , L] of layers) {
    if (!axes && depth >= 1) { drawAxes(); axes = true; }
    if (!cased && depth >= 3) { for (const [, , M] of layers) if (M.kind === "curve" && !(M.when && !env.shown(M.when))) painters.casing(M); cased = true; }
    if (L.when && !env.shown(L.when)) continue;
    if (depth >= 6 && !told) { nameMarks(); told = true; }
    painters[L.kind]?.(L);
  }
  if (!axes) drawAxes();
  if (!told) nameMarks();
  return g;
}
