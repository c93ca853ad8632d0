// Where an axis is marked, and how its numbers are written, from its ends and its length in pixels.

/** @param {string} text */
const minus = text => text.replace("-", "−");
const STEPS = [1, 2, 5, 10];

/**
 * Round numbers on a linear axis, some `apart` pixels from each other.
 * @param {number} lo
 * @param {number} hi
 * @param {number} pixels length of the axis
 * @param {{ apart?: number, digits?: number, signed?: boolean }} [options] `digits`: at most so many decimals
 * @returns {[number, string][]}
 */
export function linear(lo, hi, pixels, { apart = 64, digits, signed = false } = {}) {
  const most = Math.max(2, Math.floor(pixels / apart)); // one number says no scale
  const rough = (hi - lo) / most;
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough) + 1e-12);
  let step = power * (STEPS.find(s => s * power >= rough * (1 - 1e-9)) ?? 10);
  if (digits !== undefined) step = Math.max(step, 10 ** -digits);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  /** @type {[number, string][]} */
  const ticks = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; k++) {
    const value = +(k * step).toPrecision(12);
    const text = value === 0 ? "0" : (signed && value > 0 ? "+" : "") + value.toFixed(decimals);
    ticks.push([value, minus(text)]);
  }
  return ticks;
}

/**
 * Powers of ten on a logarithmic axis; with little more than a decade also 2 and 5 times them.
 * @param {number} lo
 * @param {number} hi
 * @param {number} pixels
 * @param {{ apart?: number, all?: boolean }} [options] `all`: also the powers that there is no room to name
 * @returns {[number, string][]}
 */
export function decades(lo, hi, pixels, { apart = 56, all = false } = {}) {
  const first = Math.ceil(Math.log10(lo) - 1e-9);
  const last = Math.floor(Math.log10(hi) + 1e-9);
  const most = Math.max(1, Math.floor(pixels / apart));
  const plain = first >= -3 && last <= 4; // written out rather than as a power
  const write = (/** @type {number} */ m, /** @type {number} */ k) =>
    plain || k === 0 ? String(+(m * 10 ** k).toPrecision(3)) : `${m === 1 ? "" : m + " · "}10^{${minus(String(k))}}`;
  if (last - first < 2 && most > 2) {
    const ticks = [];
    for (let k = first - 1; k <= last; k++)
      for (const m of last - first < 1 || most > 5 ? [1, 2, 5] : [1]) {
        const value = m * 10 ** k;
        if (value >= lo * (1 - 1e-9) && value <= hi * (1 + 1e-9))
          ticks.push(/** @type {[number, string]} */ ([value, write(m, k)]));
      }
    return ticks;
  }
  const every = Math.max(1, Math.ceil((last - first + 1) / most));
  const from = first <= 0 && last >= 0 ? 0 : first; // 1 is named where there is one
  const ticks = [];
  for (let k = first; k <= last; k++) {
    const named = (k - from) % every === 0;
    if (named || all) ticks.push(/** @type {[number, string]} */ ([10 ** k, named ? write(1, k) : ""]));
  }
  return ticks;
}

/**
 * The ticks of an axis: its own where it brings some, else derived.
 * @param {import("./types").Axis} axis
 * @param {number} pixels
 * @param {number} apart
 */
export function ticksOf(axis, pixels, apart) {
  if (axis.ticks) return axis.ticks;
  return axis.log
    ? decades(axis.lo, axis.hi, pixels, { apart, all: axis.grid === true })
    : linear(axis.lo, axis.hi, pixels, { apart, digits: axis.digits, signed: axis.signed });
}
