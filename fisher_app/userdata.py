"""The reader's own numbers, pasted or from a CSV: every number is taken as it is written, or a sentence says why not.

A text can mean several things: ``1,5`` is two cells or one decimal.  If there is one reading, it is taken, and `Taken.note`
says what was taken and what was skipped.  If there are several, or more columns than are wanted, `Ambiguous` carries them,
and the reader chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from .readings import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, SEPARATORS, STYLES, Reading, lines_of, quote, readings, shown

__all__ = ["MOST_BYTES", "MOST_COLUMNS", "MOST_ROWS", "Ambiguous", "Option", "Taken", "read"]


@dataclass(frozen=True, eq=False)
class Taken:
    """What was read.  ``values``: (n,) for one column, (n, columns) otherwise; ``names``: "" where a column has none."""

    values: NDArray[np.float64]
    names: tuple[str, ...]
    places: tuple[int, ...]  # the columns of the text that were taken, from 1; empty for numbers in one line
    header: str | None  # the line that was read as a header
    notes: tuple[str, ...]  # a sentence for everything that was skipped or interpreted

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.float64]:
        return np.array(self.values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def note(self) -> str:
        """How many rows, from which columns, their first and last values, and the notes."""
        parts = [f"first {shown(c[0])}, last {shown(c[-1])}" for c in self.values.reshape(len(self), -1).T]
        if any(self.names) or self.places not in ((), (1,)):
            columns = [f"{name[:40]} (column {k})" if name else f"column {k}" for name, k in zip(self.names, self.places, strict=True)]
            parts = [f"{column}, {part}" for column, part in zip(columns, parts, strict=True)]
        return " ".join([f"{len(self)} rows; {'; '.join(parts)}.", *self.notes])


@dataclass(frozen=True)
class Option:
    """Something to choose: a reading, or a column by its place (from 0).  ``fault`` says why it cannot be chosen."""

    key: str
    label: str
    fault: str = ""


class Ambiguous(ValueError):
    """The text has several readings, or more columns than are wanted; the message says which and why."""

    def __init__(self, why: str, readings: Iterable[Option] = (), columns: Iterable[Option] = ()):
        super().__init__(why)
        self.readings, self.columns = tuple(readings), tuple(columns)


def read(text: str, columns: int = 1, reading: str = "", pick: Sequence[int] = ()) -> Taken:
    """Numbers in ``columns`` columns of a text; a first line of words is a header.

    ``reading``: a key of `readings.STYLES`, where the reader has chosen; ``pick``: which columns, from 0, in the order wanted.
    Raises Ambiguous where there is a choice to make, and ValueError naming what is wrong and its row and column: blank or
    unreadable cells, rows of different lengths, stray quotes, one row only, a constant column, too much of anything.
    """
    lines, notes = lines_of(text)
    found, spoiled = readings(lines)
    if reading and reading not in found:
        raise ValueError(spoiled[0] if spoiled else f"that has no reading called {quote(reading)}")
    chosen, others = (found[reading], []) if reading else _decide(found, spoiled)
    table = chosen.table
    if table.header is not None:
        notes.insert(0, f"The first line, {quote(table.header, 60)}, is the header.")
    if chosen.key != "columns":
        notes.append(f"Numbers are read with {STYLES[chosen.key].words}.")
    if columns == 1 and table.is_list:
        notes.insert(0, f"They stand in one line, separated by {SEPARATORS[table.separator]}.")
        values = np.array([c[0] for c, _ in chosen.columns])
        return _checked(chosen, Taken(values, ("",), (), None, tuple(notes)), table.rows[0][1])
    taken = tuple(pick) or _all_of(chosen, others, columns)
    if len(taken) != columns or len(set(taken)) != columns or not set(taken) <= set(range(table.width)):
        raise ValueError(f"{columns} different columns out of {table.width} are wanted")
    faults = sorted(fault for j in taken if (fault := chosen.columns[j][1]) is not None)
    if faults:
        raise ValueError(faults[0][-1])
    if table.width > columns:
        left = [table.names[j][:40] or str(j + 1) for j in range(table.width) if j not in taken]
        notes.append(f"Not used: column{'s' * (len(left) > 1)} {', '.join(left[:6])}{' and others' * (len(left) > 6)}.")
    names, places = tuple(table.names[j] for j in taken), tuple(j + 1 for j in taken)
    values = np.array([chosen.columns[j][0] for j in taken]).T
    result = Taken(values[:, 0] if columns == 1 else values, names, places, table.header, tuple(notes))
    return _checked(chosen, result, [row[j] for _, row in table.rows for j in taken])


def _decide(found: dict[str, Reading], spoiled: Sequence[str]) -> tuple[Reading, list[Reading]]:
    """The reading to take without asking, and what else the text could mean."""
    plain = found.get("columns")
    rivals = [r for key, r in found.items() if key != "columns"]
    rivals = [r for r in rivals if not any(r.table is s.table and set(r.usable) < set(s.usable) for s in rivals)]  # 1,50 is no thousand
    if not found:
        raise ValueError(spoiled[0])
    if plain is not None:
        if not rivals and not plain.loose:
            return plain, []
        if plain.table.separator == "," and plain.table.header is not None and plain.table.width > 1:
            return plain, rivals  # as many names as cells: these are columns
    better = [r for r in rivals if plain is None or r.extends(plain)]
    if len(rivals) == 1 and rivals == better and rivals[0].key == "comma" and rivals[0].table.certain:
        return rivals[0], []
    offered = [plain, *rivals] if plain is not None and not better else rivals
    why = spoiled[0] if plain is None and spoiled else "that can be read in more than one way"
    raise Ambiguous(f"{why}: choose how to read it", [_reading_option(r) for r in offered])


def _all_of(r: Reading, others: Sequence[Reading], columns: int) -> tuple[int, ...]:
    """All columns of a table that has as many as are wanted."""
    width = r.table.width
    if width < columns:
        raise ValueError(f"{columns} columns are wanted, and that has {width}")
    if width == columns:
        return tuple(range(columns))
    if len(r.usable) < columns:
        raise ValueError(r.faults[0][-1])
    why = f"that has {width} columns, and {columns} {'is' if columns == 1 else 'are'} wanted"
    raise Ambiguous(f"{why}: choose", [_reading_option(o) for o in others], [_column_option(r, j) for j in range(width)])


def _reading_option(r: Reading) -> Option:
    rows, width = len(r.table.rows), r.table.width
    rows, width = (width, 1) if r.table.is_list else (rows, width)
    many = f"{rows} number{'s' * (rows > 1)}" if width == 1 else f"{width} columns"
    how = "" if r.key == "columns" else f" with {STYLES[r.key].words}"
    columns = [_preview(values) for values in r.usable.values()]
    if r.table.is_list:
        columns = [_preview([values[0] for values in r.usable.values()])]
    return Option(r.key, f"{many}{how}: {' | '.join(columns[:4])}{' | …' * (len(columns) > 4)}")


def _column_option(r: Reading, j: int) -> Option:
    name, (values, fault) = r.table.names[j][:40] or f"column {j + 1}", r.columns[j]
    return Option(str(j), name if fault else f"{name}: {_preview(values)}", fault[-1] if fault else "")


def _preview(values: Sequence[float]) -> str:
    return ", ".join([shown(v) for v in values[:3]] + ["…"] * (len(values) > 3))


def _checked(r: Reading, taken: Taken, cells: Iterable[str]) -> Taken:
    """The same, with a sentence about digits lost; refused where it is not a sample."""
    if len(taken) < 2:
        raise ValueError(f"that is {len(taken)} row{'s' * (len(taken) != 1)}, and at least 2 are needed")
    columns = taken.values.reshape(len(taken), -1)
    constant = np.flatnonzero(np.ptp(columns, axis=0) == 0)
    if len(constant):
        k = constant[0]
        which = f"column {taken.places[k] if taken.places else 1}" + f" ({taken.names[k][:20]})" * bool(taken.names[k])
        raise ValueError(f"{which} is constant ({shown(columns[0, k])}): it has no spread to learn from")
    plain = [STYLES[r.key].plain(c) for c in cells if len(c) > 15]
    rounded = sum(float(c) != 0 and Decimal(c) != Decimal(repr(float(c))) for c in plain)
    if not rounded:
        return taken
    said = f"{rounded} number{'s have' if rounded > 1 else ' has'} more digits than a computer’s number holds; rounded."
    return Taken(taken.values, taken.names, taken.places, taken.header, (*taken.notes, said))
