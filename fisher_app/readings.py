"""The ways to read a text as a table of numbers: which character separates cells, which marks decimals or thousands.

Rows are the lines of the text, counted from 1 as its author sees them, header and blank lines included.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

MOST_ROWS, MOST_BYTES, MOST_COLUMNS = 5_000, 1_000_000, 50
LARGEST, SMALLEST = 1e30, 1e-30  # squares of these, and their spread, are numbers that the core can still compare
SPECIAL_SPACES = "\u00a0\u2007\u2009\u202f"  # they stand inside numbers, or between them

Line = tuple[int, str]  # its place in the text, from 1
Fault = tuple[int, bool, str]  # the row where a column fails, whether by a word, and the sentence that says how


@dataclass(frozen=True)
class Style:
    """How numbers are written; only with the digits 0 to 9."""

    number: str
    thousands: str
    decimal: str
    words: str
    marks: tuple[str, ...] = ()  # characters of which each set occurs, where this style differs from plain numbers

    @cached_property
    def matches(self) -> Callable[[str], object]:
        return re.compile(f"[+\u2212-]?(?:{self.number})", re.ASCII).fullmatch

    def plain(self, cell: str) -> str:
        """The cell as Python writes numbers."""
        return cell.translate(self._ascii)

    @cached_property
    def _ascii(self) -> dict[int, int | None]:
        return str.maketrans(f"\u2212{self.decimal}", "-" + "." * len(self.decimal), self.thousands)


STYLES = {
    "columns": Style(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+\u2212-]?\d+)?", "", "", "as they stand"),
    "comma": Style(r"(?:\d+(?:,\d+)?|,\d+)(?:[eE][+\u2212-]?\d+)?", "", ",", "decimal commas", (",",)),
    "thousands": Style(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?", ",", "", "commas between thousands", (",",)),
    "points": Style(r"\d{1,3}(?:\.\d{3})*(?:,\d+)?", ".", ",", "points between thousands and decimal commas", (".", ",")),
    "spaces": Style(rf"\d{{1,3}}(?:[ {SPECIAL_SPACES}]\d{{3}})*(?:[.,]\d+)?", f" {SPECIAL_SPACES}", ",", "spaces between thousands", (f" {SPECIAL_SPACES}",)),
}  # fmt: skip
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", ", ": "commas and a space", " ": "spaces", "  ": "wide spaces", "": "nothing"}
BETWEEN = {  # for each: what stands between two cells, and what can stand in a cell without quotes
    "\t": ("\t", r'[^"\t]'), ";": (";", '[^";]'), ",": (",", '[^",]'), ", ": (", +", r'(?:[^",]|,(?! |\Z))'),
    " ": (r"[ \t]+", r'[^" \t]'), "  ": (r"[ \t]{2,}", r'(?:[^" \t]|[ \t](?![ \t]))'), "": (r"(?!)", '[^"]'),
}  # fmt: skip

MISSING = {"na", "n/a", "n.a", "nan", "nat", "null", "none", "nil", "missing", "unknown", "inf", "infinity", "true", "false"}
SHEET_ERROR = re.compile(r"#(?:N/?A|DIV/0!|REF!|VALUE!|NUM!|NAME\?|NULL!)", re.IGNORECASE)
QUANTITY = re.compile(  # starts like a word, and is a date, a time, a price, a comparison, a share or a mistyped number
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s.,/-]*\d|(?:[a-z]{3}|kr|rs|us\$|r\$)[. ]\s*[\d.,]+$"
    r"|(?:usd|eur|gbp|chf|jpy|cny|inr|us\$|r\$|kr|rs)\d|[oil][.,]\d|.*(?:\d[-/.:,]\d|[<>=≈~(]\s*[-+−]?[\d.]|\d\s*%)",
    re.IGNORECASE,
)


def lines_of(text: str) -> tuple[list[Line], list[str]]:
    """Lines that may hold numbers; and sentences about the others."""
    if (size := len(text.encode(errors="replace"))) > MOST_BYTES:
        raise ValueError(f"that is {size / 1e6:.1f} MB, and at most 1 MB is read")
    numbered = list(enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1))
    while numbered and not numbered[-1][1].strip():
        numbered.pop()
    blank = [i for i, line in numbered if not line.strip()]
    remarks = [i for i, line in numbered if line.lstrip()[:1] == "#" and not SHEET_ERROR.match(line.lstrip())]
    notes = []
    if blank:
        notes.append(f"{_places(blank)} blank and skipped.")
    if remarks:
        first = quote(numbered[remarks[0] - 1][1].strip(), 40)
        notes.append(f"{_places(remarks)} skipped: # starts a remark, {first}{' and others' * (len(remarks) > 1)}.")
    left_out = {*blank, *remarks}
    lines = [(i, line) for i, line in numbered if i not in left_out]
    if len(lines) > MOST_ROWS + 1:
        raise ValueError(f"that is {len(lines)} rows, and at most {MOST_ROWS} are read")
    if not lines:
        raise ValueError("that is 0 rows, and at least 2 are needed")
    return lines, notes


def _places(rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return f"Row {rows[0]} is"
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return f"Rows {', '.join(map(str, rows[:5]))}{more} are"


def quote(text: str, most: int = 20) -> str:
    """Some text between quotes, in one line, cut to a length."""
    start = text[: most if len(text) > most else None].replace("\t", " ")
    printed = "".join(c if c.isprintable() or c in SPECIAL_SPACES else f"\\u{ord(c):04x}" for c in start)
    return f"'{printed}{'…' * (len(text) > most)}'"


def shown(x: float) -> str:
    """A number as it was taken, with a typographic minus."""
    return repr(float(x)).removesuffix(".0").replace("-", "−")


def cells_of(row: int, line: str, separator: str) -> list[str]:
    """The cells of a line, quotes taken off; "" separates nothing, and " " is any run of spaces and tabs."""
    spaces = not separator.strip(" ")
    if spaces:
        line = line.strip(" \t")
    between, inside = BETWEEN[separator]
    if '"' not in line:
        parts = line.split(separator) if separator in ("\t", ";", ",") else re.split(between, line)
        return [p.strip() for p in parts]
    cell = re.compile(rf' *(?:"([^"]*(?:""[^"]*)*)"{"" if spaces else " *"}|({inside}*))({between}|\Z)')
    cells, at, more = [], 0, True
    while more:
        found = cell.match(line, at)
        if found is None:
            raise ValueError(f'row {row} has a stray quote ("), or one that its line does not close')
        cells.append((found[2] if found[1] is None else found[1].replace('""', '"')).strip())
        at, more = found.end(), bool(found[3])
    return cells


def is_missing(cell: str) -> bool:
    bare = cell.strip(" +-−<>()#!?.").lower()
    return bare in MISSING or bool(SHEET_ERROR.fullmatch(cell)) or cell in {"-", "–", "—", ".", "?", "*"}


def is_word(cell: str) -> bool:
    """Whether a cell can be a name: it has letters, and is no number, missing value, date, price, share or comparison."""
    letters = unicodedata.normalize("NFKC", cell)  # ℃ is °C
    if not any(c.isalpha() for c in letters) or any(is_missing(part.strip()) for part in re.split("[,;]", cell)):
        return False
    return not any(c.isdigit() for c in letters) or ((cell[0].isalpha() or cell[0] == "_") and not QUANTITY.match(cell))


@dataclass(frozen=True, eq=False)
class Table:
    """A text as cells, under one separator; all rows are equally long."""

    separator: str
    rows: list[tuple[int, list[str]]]
    names: list[str]
    header: str | None
    width: int
    certain: bool  # that commas stand inside cells: another character, or quotes, set the cells apart

    @classmethod
    def of(cls, lines: Sequence[Line], separator: str) -> Table:
        """Raises ValueError for rows of different lengths, stray quotes, and too much of anything."""
        rows = [(i, cells_of(i, line, separator)) for i, line in lines]
        first, names = rows[0]
        if len(rows) == 1 and len(names) > MOST_ROWS:
            raise ValueError(f"that is {len(names)} rows in one line, and at most {MOST_ROWS} are read")
        if len(rows) > 1 and len(names) > MOST_COLUMNS:
            raise ValueError(f"that has {len(names)} columns, and at most {MOST_COLUMNS} are read")
        for i, cells in rows:
            if len(cells) != len(names):
                many = f"{len(cells)} cell{'s' * (len(cells) > 1)}, and row {first} has {len(names)}"
                raise ValueError(f"row {i} has {many} (separated by {SEPARATORS[separator]})")
        named = any(names) and all(is_word(c) or not c for c in names)
        rows = rows[named:]
        if len(rows) > MOST_ROWS:
            raise ValueError(f"that is {len(rows)} rows, and at most {MOST_ROWS} are read")
        if not rows:
            raise ValueError(f"that is 0 rows below {quote(lines[0][1].strip())}, and at least 2 are needed")
        header = lines[0][1].strip() if named else None
        certain = separator in (";", "\t") or all('"' in line for _, line in lines[named:])
        return cls(separator, rows, names if named else [""] * len(names), header, len(names), certain)

    @property
    def is_list(self) -> bool:
        """One line of several cells, and nothing else."""
        return len(self.rows) == 1 and self.header is None and self.width > 1

    def where(self, row: int, j: int) -> str:
        named = f" ({self.names[j][:20]})" if self.names[j] else ""
        return f"row {row}" if self.width == 1 else f"row {row}, column {j + 1}{named}"


@dataclass(frozen=True, eq=False)
class Reading:
    """A table and a style of numbers, and what they make of each column."""

    key: str
    table: Table
    loose: bool = False  # special spaces are taken for separators: possible, and never without asking

    @cached_property
    def columns(self) -> list[tuple[list[float], Fault | None]]:
        return [self._column(j) for j in range(self.table.width)]

    @cached_property
    def usable(self) -> dict[int, list[float]]:
        return {j: values for j, (values, fault) in enumerate(self.columns) if fault is None}

    @property
    def faults(self) -> list[Fault]:
        """The first row first; in it what is no word, for among words it is what keeps them from being a header."""
        return sorted(fault for _, fault in self.columns if fault is not None)

    @property
    def complete(self) -> bool:
        return len(self.usable) == self.table.width

    @property
    def marked(self) -> bool:
        """Whether its numbers have each mark that sets this style apart from plain ones."""
        cells = [row[j] for _, row in self.table.rows for j in self.usable]
        return all(any(mark in c for c in cells for mark in marks) for marks in STYLES[self.key].marks)

    def _column(self, j: int) -> tuple[list[float], Fault | None]:
        style = STYLES[self.key]
        values: list[float] = []
        for row, cells in self.table.rows:
            cell = cells[j]
            if not style.matches(cell):
                return values, (row, is_word(cell), f"{self.table.where(row, j)} {complaint(cell)}")
            values.append(value := float(style.plain(cell)))
            if abs(value) > LARGEST or (abs(value) < SMALLEST and re.search("[1-9]", re.split("[eE]", cell)[0])):
                beyond = "beyond ±1e30" if abs(value) > 1 else "nearer to 0 than 1e-30"
                return values, (row, False, f"{self.table.where(row, j)} holds {quote(cell)}, {beyond}: give it in units nearer to 1")
        return values, None

    def extends(self, other: Reading) -> bool:
        """Whether this reads all that the other reads, and as the same numbers."""
        same = (self.table.width, self.table.separator) == (other.table.width, other.table.separator)
        return same and all(self.usable.get(j) == values for j, values in other.usable.items())


def complaint(cell: str) -> str:
    if not cell:
        return "is blank"
    if is_missing(cell):
        return f"holds {quote(cell)}: a missing value, NaN or infinity, and not a number"
    hint = " (its dash is no minus sign)" if any(c in cell for c in "‐‑‒–—﹣－") else ""
    if any(c.isdecimal() and not c.isascii() for c in cell):
        hint = " in the digits 0 to 9"
    return f"holds {quote(cell)}, which is not a number{hint}"


def readings(lines: Sequence[Line]) -> tuple[dict[str, Reading], list[str]]:
    """Every way in which the text has numbers, the plain one first; and what spoils the others, the plain one first."""
    bare = [re.sub(r'"[^"]*"', "", line) for _, line in lines]  # what stands in quotes separates nothing
    main = next((s for s in "\t;," if any(s in line for line in bare)), "")
    if not main and any(re.search(r"\S +\S", line) for line in bare[1:] or bare):
        main = " "
    whole = "".join(line for _, line in lines)
    special = any(c in whole for c in SPECIAL_SPACES)

    @lru_cache(maxsize=8)
    def table(separator: str, loose: bool) -> Table | str:
        source = [(i, re.sub(f"[{SPECIAL_SPACES}]", " ", line)) for i, line in lines] if loose else lines
        try:
            return Table.of(source, separator)
        except ValueError as error:
            return str(error)

    uneven = {s for s, text in ((", ", r",(?! |$)"), ("  ", r"(?<! ) (?! )")) if any(s in b and re.search(text, b.strip()) for b in bare)}

    def attempts(key: str) -> Iterator[tuple[str, bool]]:
        commas = main == "," and key != "columns"
        if ", " in uneven and commas:  # 1,5, 2,5
            yield ", ", False
        if "  " in uneven and key == "spaces":  # 1 234  5 678
            yield "  ", False
        yield from ((s, False) for s in (["", " "] if commas or key == "spaces" else []))
        if not commas or '"' in whole:
            yield main, False
        if key == "columns" and special:
            yield " ", True

    found, spoiled = {}, []
    for key, style in STYLES.items():
        if not all(any(mark in whole for mark in marks) for marks in style.marks):
            continue
        for separator, loose in attempts(key):
            cells = table(separator, loose)
            if isinstance(cells, str):
                spoiled.append(cells)
                continue
            attempt = Reading(key, cells, loose)
            alone = len(lines) == 1 and key != "columns" and cells.width == 1  # one number is no data
            if key in found or alone:
                continue
            if not attempt.usable or (cells.is_list and not attempt.complete):
                spoiled.append(attempt.faults[0][-1])
            elif attempt.marked:
                found[key] = attempt
    return found, spoiled
