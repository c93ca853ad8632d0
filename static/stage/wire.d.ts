// Written by `python -m fisher_app.stage.schema` from fisher_app/stage/marks.py; edit that.

export type Number = number | "nan" | "inf" | "-inf";

export type Table = {
  "t": string;
  "shape": Array<number>;
  "over": Array<string>;
  "nodes"?: Record<string, Array<number>>;
};

export type Cross = {
  "pick": Array<Table>;
};

export type Factor = Data | {
  "each": Array<Data>;
};

export type Mix = {
  "mix": Array<Factor>;
};

export type Data = Number | Array<Number> | Table | Cross | Mix;

/** The name of a mark, placed by the painter.  ``where``: which part of the mark it likes best. */
export type Name = {
  "text": string;
  "where"?: string;
  "token"?: string;
  "size"?: Number;
  "weight"?: number;
  "phone"?: boolean;
};

/** One axis of a view, from ``lo`` to ``hi``. */
export type Axis = {
  "lo": Number;
  "hi": Number;
  "label"?: string;
  "ticks"?: Array<[Number, string]>;
  "log"?: boolean;
  "grid"?: boolean;
  "line"?: boolean;
  "rotate"?: boolean;
  "labelAt"?: string;
  "at"?: Number;
  "digits"?: number;
  "signed"?: boolean;
  "numbers"?: boolean;
};

/** A line; NaN leaves a gap.  ``upto`` names a player control: drawn full up to its step, faint beyond. */
export type Curve = {
  "kind": "curve";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x": Data;
  "y": Data;
  "style": string;
  "casing"?: boolean;
  "upto"?: string;
  "dots"?: boolean;
  "end"?: boolean | Number;
  "width"?: Number;
  "dash"?: string;
  "alpha"?: Number;
  "token"?: string;
};

/** Marks.  ``pick`` names a control that holds the index of the highlighted point, counted from ``base``. */
export type Points = {
  "kind": "points";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x": Data;
  "y": Data;
  "style": string;
  "size"?: Number;
  "sizes"?: Data;
  "alpha"?: Number;
  "count"?: Data;
  "labels"?: Array<string>;
  "pick"?: string;
  "column"?: boolean;
  "base"?: number;
  "inside"?: boolean;
  "hollow"?: boolean;
  "casing"?: boolean;
  "edge"?: boolean;
  "symbol"?: string;
  "token"?: string;
  "width"?: Number;
};

/** A closed shape: filled with ``token``, hatched "/", "\\" or ".", outlined in another token. */
export type Region = {
  "kind": "region";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x": Data;
  "y": Data;
  "token"?: string;
  "hatch"?: string;
  "outline"?: string;
  "dash"?: string;
  "alpha"?: Number;
  "width"?: Number;
  "outlineAlpha"?: Number;
};

/** Where something stays hidden until the reader commits; its words stand at height ``at``. */
export type Veil = {
  "kind": "veil";
  "when"?: Record<string, any>;
  "name"?: Name;
  "text"?: string | Array<string>;
  "x0"?: Data;
  "x1"?: Data;
  "y0"?: Data;
  "y1"?: Data;
  "at"?: Number;
  "align"?: string;
};

/** Straight lines across the view at x or y, or from ``start`` to ``end`` along the other axis. */
export type Rule = {
  "kind": "rule";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x"?: Data;
  "y"?: Data;
  "token"?: string;
  "width"?: Number;
  "dash"?: string;
  "from"?: Data;
  "to"?: Data;
};

/** Straight lines from (x0, y0) to (x1, y1). */
export type Segments = {
  "kind": "segments";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x0": Data;
  "y0": Data;
  "x1": Data;
  "y1": Data;
  "token"?: string;
  "width"?: Number;
  "dash"?: string;
  "alpha"?: Number;
};

/** A vector from (x0, y0) to (x1, y1). */
export type Arrow = {
  "kind": "arrow";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x0": Data;
  "y0": Data;
  "x1": Data;
  "y1": Data;
  "style": string;
  "width"?: Number;
  "dash"?: string;
  "casing"?: boolean;
};

/** The unit circle under the symmetric matrix [[xx, xy], [xy, yy]], moved to (x, y). */
export type Ellipse = {
  "kind": "ellipse";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x": Data;
  "y": Data;
  "xx": Data;
  "xy": Data;
  "yy": Data;
  "style": string;
  "width"?: Number;
  "dash"?: string;
  "alpha"?: Number;
  "casing"?: boolean;
};

/** Rectangles from (x0, y0) to (x1, y1). */
export type Bars = {
  "kind": "bars";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x0": Data;
  "x1": Data;
  "y0": Data;
  "y1": Data;
  "token": string;
  "alpha"?: Number;
  "outline"?: string;
  "hollow"?: boolean;
};

/** A grid of cells from (x0, y1) at the top left to (x1, y0), row by row; ``values`` in [0, 1] of the full colour. */
export type Tiles = {
  "kind": "tiles";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x0": Number;
  "x1": Number;
  "y0": Number;
  "y1": Number;
  "values": Data;
  "columns": number;
  "token": string;
  "outline"?: string;
};

/** Text at a point, moved by (dx, dy) pixels: the exception, for words that name no mark. */
export type Label = {
  "kind": "label";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x": Data;
  "y": Data;
  "text": string;
  "dx"?: Data;
  "dy"?: Data;
  "align"?: string;
  "token"?: string;
  "size"?: Number;
  "weight"?: number;
  "leader"?: boolean;
  "phone"?: boolean | string;
  "casing"?: boolean;
  "middle"?: boolean;
  "clip"?: boolean;
  "at"?: string;
};

/** Something to drag: ``x`` and ``y`` name the controls it moves (both: a θ-pad). */
export type Handle = {
  "kind": "handle";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x"?: string;
  "y"?: string;
  "atX"?: Data;
  "atY"?: Data;
  "text"?: string;
  "invisible"?: boolean;
  "ring"?: Number;
};

/** The measured gap between a guess and the truth. */
export type Bracket = {
  "kind": "bracket";
  "when"?: Record<string, any>;
  "name"?: Name;
  "x": Data;
  "y0": Data;
  "y1": Data;
  "text": string;
  "dx"?: Number;
};

/** The options of a prediction, and the reader's guess, drawn on the plot. */
export type Guess = {
  "kind": "guess";
  "when"?: Record<string, any>;
  "name"?: Name;
  "prediction": string;
};

export type Mark = Curve | Points | Region | Veil | Rule | Segments | Arrow | Ellipse | Bars | Tiles | Label | Handle | Bracket | Guess;
