// What the browser's modules pass to each other.  The grammar of marks is generated (wire.d.ts); what else Python sends
// with a lesson is declared where it is read.

import type { Axis as WireAxis, Data, Mark, Table } from "./wire";

export type { Mark } from "./wire";

/** A mark of one kind; its sizes, widths and opacities are finite on the wire, only data may be NaN or infinite. */
export type Of<K extends Mark["kind"]> = Finite<Extract<Mark, { kind: K }>>;
type Finite<M> = { [P in keyof M]: Exclude<M[P], "nan" | "inf" | "-inf"> };

export type Axis = Finite<Omit<WireAxis, "ticks">> & { ticks?: [number, string][] };

export interface View {
  id: string;
  x: Axis;
  y: Axis;
  layers: Mark[];
  caption: string;
  alt: string;
  sentence: string;
  height: number;
  phone?: number;
  /** Room around the axes, where it is not derived: left, top, right, bottom. */
  pad?: [number, number, number, number];
  equal?: boolean;
  /** The other views with the same x axis, whose margins are the same. */
  alike?: () => View[];
  small?: boolean;
  kind?: "table";
  cells?: TableCells[];
  table?: DataTable;
}

/** A matrix or a small table beside a picture. */
export interface TableCells {
  title?: string;
  matrix?: Cell[][];
  plain?: boolean;
  head?: Cell[];
  rows?: Cell[][];
  align?: string[];
  wide?: number[];
  wrap?: boolean;
}
export type Cell = string | { glyph: string; text?: string } | null;

export interface DataTable {
  columns: string[];
  rows: (number | string | null)[][];
  all?: (number | string | null)[][];
}

export interface Theme {
  mark: Record<string, string>;
  text: Record<string, string>;
}

export interface Style {
  token?: string;
  width?: number;
  dash?: string;
  symbol?: string;
  size?: number;
  hollow?: boolean;
  alpha?: number;
}

export type Stamp = Pick<Style, "symbol" | "token" | "hollow"> & { casing?: boolean };

/** How rich text is written on a canvas; `casing`: the width of its rim in the colour of the page. */
export interface Words {
  size?: number;
  align?: string;
  weight?: number;
  casing?: number;
  rotate?: number;
  token?: string;
  color?: string;
  behind?: string;
  tokenColor?: (name: string) => string;
}

export interface GuessMark {
  x: number;
  y: number;
  px?: number;
  kind?: "option";
  text?: string;
  caption?: string;
}

/** The values of the controls, by key. */
export type State = Record<string, any>;

/** What the painter knows beside the view. */
export interface Environment {
  T: Theme;
  styles: Record<string, Style>;
  state: State;
  phone: boolean;
  read: (data?: Data) => ArrayLike<number> | undefined;
  number: (data?: Data) => number;
  lookup: (slot: string) => string | null;
  guesses: (prediction: string) => GuessMark[];
  shown: (when: Record<string, any>) => boolean;
  handleX?: (view: View, g: { X: (value: number) => number }) => number | undefined;
  /** Where each name stood in the last frame, view by view. */
  memory?: Map<string, Map<string, number>>;
  /** The names that were written, with their boxes in pixels. */
  written?: { view: string; text: string; x0: number; y0: number; x1: number; y1: number; cost: number }[];
}

/** What the painter uses of a canvas; SvgContext has it too. */
export type Context = Pick<
  CanvasRenderingContext2D,
  | "save"
  | "restore"
  | "setLineDash"
  | "translate"
  | "rotate"
  | "clearRect"
  | "beginPath"
  | "moveTo"
  | "lineTo"
  | "closePath"
  | "rect"
  | "stroke"
  | "fillRect"
  | "strokeRect"
  | "fillStyle"
  | "strokeStyle"
  | "lineWidth"
  | "globalAlpha"
  | "font"
  | "textAlign"
  | "textBaseline"
  | "lineJoin"
  | "lineCap"
> & {
  arc(x: number, y: number, r: number, from: number, to: number): void;
  fill(): void;
  clip(): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
  measureText(text: string): { width: number };
};

export type TableRef = Table;

/** What goes into an element; what is not there is left out. */
export type Child = Node | string | null | undefined | false | 0 | Child[];

/** A live number on the page. */
export interface Slot {
  element: HTMLElement;
  slot: string;
  last?: string | null;
}

export interface Control {
  key: string;
  kind: "slider" | "choice" | "toggle" | "whole";
  label: string;
  spoken: string;
  nodes: number[];
  format?: string;
  unit?: string;
  short?: string;
  local?: boolean;
  options?: { value: any; label: string }[];
  select?: boolean;
  lo: number;
  hi: number;
  draw?: boolean;
}

/** What a pointer has taken hold of; `tap`: done by a click; `move`: followed while held; `firm`: a finger does not scroll. */
export interface Hold {
  keys: string[];
  cursor: string;
  tap?: (x: number, y: number) => void;
  move?: (x: number, y: number) => void;
  firm?: boolean;
}

/** A lesson on another page. */
export interface Neighbour {
  href: string;
  page: string;
  title: string;
}

/** A formula with its numbers: lines in groups, or one table. */
export interface Formula extends TableCells {
  groups?: Cell[][][];
}

/** A number of the scene: exact at Python's values, or read from a table at those of the controls. */
export interface SceneNumber {
  text?: string;
  exact?: any;
  ref?: Data;
  format?: string;
  none?: string;
}

export interface Scene {
  layout: { slotted: boolean; columns: string; areas: string[] };
  refused?: string;
  views: View[];
  controls: string[];
  formula: Formula | null;
  numbers: Record<string, SceneNumber>;
  player?: { control: string; rate?: number } | null;
}

export interface Option {
  key: string;
  label: string;
  text?: string;
  short?: string;
  at?: { x: Data; y: Data };
}

/** A question: one of several options, a place on the figure, or an order. */
export interface Question {
  key: string;
  kind: "choice" | "point" | "order";
  question: string;
  view?: string;
  when?: Record<string, any>;
  options: Option[];
  items: { key: string; label: string; glyph?: string }[];
  ties?: boolean;
  x: { label: string; lo: number; hi: number; step?: number };
  y: { label: string; lo: number; hi: number; step?: number };
  hint?: string;
  answered: boolean;
  given: any;
  headline?: string;
  truth?: string;
  feedback?: string;
  why?: string;
  next?: string;
  observe?: { question: string; options: string[]; right: number };
}

/** A computation in the background. */
export interface Run {
  label: string;
  state: "waiting" | "running" | "done" | "stopped" | "failed" | "idle";
  fraction: number;
  message: string;
  says: string;
  again: number;
}

/** The reader's own numbers, and how they may be read. */
export interface Paste {
  label: string;
  placeholder: string;
  note?: string;
  active: boolean;
  aside: boolean;
  readings: { key: string; label: string }[];
  roles: string[];
  columns: { label: string; fault?: string }[];
}

/** What Python sends (fisher_app/frame/wire.py), as far as the stage reads it. */
export interface Lesson {
  slug: string;
  session: string;
  n: number;
  rev: any;
  tab: string;
  tables: Record<string, string> | null;
  values: State;
  scene: Scene;
  controls: Control[];
  palette: { light: Theme; dark: Theme };
  styles: Record<string, Style>;
  link?: string;
  canUndo: boolean;
  bar: { previous: Neighbour | null; position: string; next: Neighbour | null };
  claim: string;
  question: string;
  tabs: { key: string; label: string }[];
  notices: string[];
  predictions: Question[];
  asked: number;
  reading: string;
  presets: { key: string; label: string; on?: boolean }[];
  look?: string;
  bottom: { breaks: string[]; groups: string[]; more: string[] };
  badge?: { ok: boolean; text: string } | null;
  run?: Run | null;
  paste?: Paste | null;
  extras: {
    code?: string;
    trap?: string;
    checks?: string[][];
    recap?: { question: string; answer: string }[];
    glossary?: { term: string; text: string }[];
    sources?: { text: string; href?: string }[];
    cite: string;
  };
  map?: { number: number; title: string; claim: string; page?: string; href?: string }[];
}
