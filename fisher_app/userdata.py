"""The reader's own numbers, pasted or from a CSV: read strictly, refused in one clear sentence."""

from __future__ import annotations

import csv
import io

import numpy as np
from numpy.typing import NDArray

MOST_ROWS, MOST_BYTES, MOST_COLUMNS = 5_000, 1_000_000, 50


def read(text: str, columns: int = 1) -> NDArray[np.float64]:
    """Numbers of shape (n,) for one column, (n, columns) otherwise; a first line of words is a header.

    Raises ValueError naming what is wrong: too large, too many rows or columns, text or NaN and where, one row only,
    a constant column.
    """
    if len(text.encode()) > MOST_BYTES:
        raise ValueError(f"that is {len(text.encode()) / 1e6:.1f} MB, and at most 1 MB is read")
    sample = text[:4096]
    delimiter = next((d for d in "\t;," if d in sample), " ")
    lines = [line for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    if columns == 1 and len(lines) == 1:
        lines = lines[0].replace(delimiter, "\n").splitlines()
    if len(lines) > MOST_ROWS + 1:
        raise ValueError(f"that is {len(lines)} rows, and at most {MOST_ROWS} are read")
    if lines and lines[0].count(delimiter) >= MOST_COLUMNS:
        raise ValueError(f"that has {lines[0].count(delimiter) + 1} columns, and {columns} is wanted")
    rows = [[c.strip() for c in row if c.strip()] for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, skipinitialspace=True)]  # fmt: skip
    rows = [row for row in rows if row]
    if rows and not any(_is_number(c) for c in rows[0]):
        rows = rows[1:]
    for i, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise ValueError(f"row {i} has {len(row)} columns, and {columns} {'is' if columns == 1 else 'are'} wanted")
        for cell in row:
            if not _is_number(cell):
                raise ValueError(f"row {i} holds '{cell[:20]}', which is not a number")
    values = np.array([[float(c) for c in row] for row in rows], dtype=np.float64).reshape(-1, columns)
    if len(values) < 2:
        raise ValueError(f"that is {len(values)} row{'' if len(values) == 1 else 's'}, and at least 2 are needed")
    if not np.isfinite(values).all():
        raise ValueError(f"row {int(np.argmax(~np.isfinite(values).all(axis=1))) + 1} holds NaN or infinity")
    constant = np.ptp(values, axis=0) == 0
    if constant.any():
        raise ValueError(
            f"column {int(np.argmax(constant)) + 1} is constant ({values[0, np.argmax(constant)]:g}): it has no spread to learn from"
        )
    return values[:, 0] if columns == 1 else values


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
