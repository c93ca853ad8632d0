// The fonts of formulas.

export const FACES = [
  { family: "FisherMath", file: "KaTeX_Math-Italic", style: "italic" },
  { family: "FisherMain", file: "KaTeX_Main-Regular", style: "normal" },
];
/** @param {string} file */
export const addressOf = file => new URL(`./fonts/${file}.woff2`, import.meta.url).href;

/** @type {Promise<unknown> | undefined} */
let loading;
/** Once, when the first stage is built. */
export const loadFonts = () =>
  (loading ??= Promise.all(
    FACES.map(({ family, file, style }) =>
      new FontFace(family, `url(${addressOf(file)})`, { style })
        .load()
        .then(face => document.fonts.add(face))
        .catch(() => undefined),
    ),
  ));

/** @type {Promise<string> | undefined} */
let embedding;
/** The same as rules of a style sheet that brings them along. */
export const embedded = () =>
  (embedding ??= Promise.all(
    FACES.map(async ({ family, file, style }) => {
      const bytes = new Uint8Array(await (await fetch(addressOf(file))).arrayBuffer());
      const data = btoa(Array.from(bytes, b => String.fromCharCode(b)).join(""));
      return `@font-face{font-family:${family};font-style:${style};src:url(data:font/woff2;base64,${data})}`;
    }),
  ).then(rules => rules.join("")));
