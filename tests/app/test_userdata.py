"""Pasted numbers: nothing is lost, shifted or invented without a sentence that names it."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from fisher_app import userdata
from fisher_app.readings import LARGEST, SMALLEST, STYLES, lines_of, readings
from fisher_app.userdata import Ambiguous, read


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("1\n2\n3", 1, [1, 2, 3]),
        ("−1.5\n2\n3", 1, [-1.5, 2, 3]),
        ("1e−3\n-2E5", 1, [1e-3, -2e5]),
        ("height\n1.5\n2.5", 1, [1.5, 2.5]),
        ("body height\n170\n180", 1, [170, 180]),
        ("x1\n1\n2", 1, [1, 2]),
        ("Δσ\n1\n2", 1, [1, 2]),
        ("% fat\n1\n2", 1, [1, 2]),
        ("1, 2, 3", 1, [1, 2, 3]),
        ("1 2 3", 1, [1, 2, 3]),
        ("100,200,300", 1, [100, 200, 300]),
        ("1\t2\t3\n", 1, [1, 2, 3]),
        ("\ufeff1\r\n2\r\n", 1, [1, 2]),
        ("1\r2\r3", 1, [1, 2, 3]),
        ('"1,5"\n"2,7"', 1, [1.5, 2.7]),
        ("\n\n1\n\n2\n\n", 1, [1, 2]),
        ("# from the bench\n1\n2", 1, [1, 2]),
        ("x,y\n1,2\n3,4", 2, [[1, 2], [3, 4]]),
        ("x , y\n1 , 2\n3 , 4", 2, [[1, 2], [3, 4]]),
        ("1 2\n3  5", 2, [[1, 2], [3, 5]]),
        ("  1\t 2\n  3\t 5", 2, [[1, 2], [3, 5]]),
        ("1;2\n3;5", 2, [[1, 2], [3, 5]]),
        ('"1","2"\n"3","4"', 2, [[1, 2], [3, 4]]),
        ("1.5,2\n3,4", 2, [[1.5, 2], [3, 4]]),
        ("x;y\n1,5;2,7\n3;4,1", 2, [[1.5, 2.7], [3, 4.1]]),
        ("1,5\t2,7\n3,1\t4", 2, [[1.5, 2.7], [3.1, 4]]),
        ("21,73;8,912\n20,1;9,125", 2, [[21.73, 8.912], [20.1, 9.125]]),
    ],
)
def test_numbers_are_read(text, columns, expected):
    taken = read(text, columns)
    assert taken.values.tolist() == expected
    assert np.asarray(taken).tolist() == expected and f"{len(expected)} rows" in taken.note


@pytest.mark.parametrize(
    ("text", "columns", "complaint"),
    [
        ("", 1, "0 rows, and at least 2"),
        ("5", 1, "1 row, and at least 2"),
        ("a", 1, "0 rows below 'a'"),
        ("a\nb\nc", 1, "row 2 holds 'b', which is not a number"),
        ("1\ntwo\n3", 1, "row 2 holds 'two'"),
        ("NA\n1\n2\n3", 1, "row 1 holds 'NA': a missing value"),
        ("n/a\n1\n2", 1, "row 1 holds 'n/a': a missing value"),
        ("#N/A\n1\n2", 1, "row 1 holds '#N/A': a missing value"),
        ("-\n1\n2", 1, "row 1 holds '-': a missing value"),
        ("inf\n1\n2", 1, "row 1 holds 'inf'"),
        ("1\nnan\n3", 1, "row 2 holds 'nan': a missing value, NaN"),
        ("12%\n.13\n.15", 1, "row 1 holds '12%'"),
        ("$1.20\n2.3\n3.1", 1, r"row 1 holds '\$1.20'"),
        ("EUR 1.20\n2.3\n3.1", 1, "row 1 holds 'EUR 1.20'"),
        ("US$2\n2.3\n3.1", 1, r"row 1 holds 'US\$2'"),
        ("Jan 5\n1\n2", 1, "row 1 holds 'Jan 5'"),
        ("2020-01-31\n1\n2", 1, "row 1 holds '2020-01-31'"),
        ("T12:30\n1\n2", 1, "row 1 holds 'T12:30'"),
        ("O.5\n1\n2", 1, "row 1 holds 'O.5'"),
        ("p<0.05\n1\n2", 1, "row 1 holds 'p<0.05'"),
        ("5 kg;6\n7;8", 2, "row 1, column 1 holds '5 kg'"),
        ("1_000\n2", 1, "row 1 holds '1_000'"),
        ("0x10\n2", 1, "row 1 holds '0x10'"),
        ("1d5\n2", 1, "row 1 holds '1d5'"),
        ("1/2\n2", 1, "row 1 holds '1/2'"),
        ("(5)\n2", 1, r"row 1 holds '\(5\)'"),
        ("–5\n2", 1, "its dash is no minus sign"),
        ("٣\n4", 1, "the digits 0 to 9"),
        ("３\n4", 1, "the digits 0 to 9"),
        ("1\u200b\n4", 1, r"row 1 holds '1\\u200b'"),
        ("1\x0c2\n4", 1, r"row 1 holds '1\\u000c2'"),
        ("1\n2\n1e999", 1, "row 3 holds '1e999', beyond ±1e30"),
        ("1e300\n-1e300\n2", 1, "row 1 holds '1e300', beyond ±1e30"),
        ("1e-400\n2", 1, "row 1 holds '1e-400', nearer to 0 than 1e-30"),
        ("3\n3\n3", 1, r"column 1 is constant \(3\)"),
        ("x,y\n1,2\n3,2", 2, r"column 2 \(y\) is constant \(2\)"),
        ("x;y\n1;2\n3", 2, r"row 3 has 1 cell, and row 1 has 2 \(separated by semicolons\)"),
        ("x,NA\n1,2\n3,4", 2, "row 1, column 2 holds 'NA'"),
        ("x y\n1 2\n\n3 4 5", 2, "row 4 has 3 cells, and row 1 has 2"),
        ("1\n2\n3", 2, "2 columns are wanted, and that has 1"),
        ("1\n2\n" * 2501, 1, "5002 rows, and at most 5000"),
        ("1\n" * 5001, 1, "5001 rows, and at most 5000"),
        ("x\n" + "1\n" * 5001, 1, "5002 rows, and at most 5000"),
        ("1," * 60 + "1\n" + "1," * 60 + "1\n", 2, "61 columns, and at most 50"),
        ("12," * 300_000 + "1", 1, "300001 rows in one line, and at most 5000"),
        ("1" * 1_000_001, 1, "1.0 MB, and at most 1 MB"),
        ("height, cm\n170\n180", 1, "row 2 has 1 cell, and row 1 has 2"),
        ("x,y\n,2\n3,\n,4", 1, r"row 2, column 1 \(x\) is blank"),
        ("a,b,c\n1,2,\n4,,6\n,8,9", 2, r"row 2, column 3 \(c\) is blank"),
        ("x;y\n1;2\n\n;4", 2, r"row 4, column 1 \(x\) is blank"),
        ("1,,3", 1, "row 1, column 2 is blank"),
        ("1\t\n2\t3", 2, "row 1, column 2 is blank"),
        (",\n1,2\n3,4", 2, "row 1, column 1 is blank"),
        ('"1\n2\n3\n4', 1, "row 1 has a stray quote"),
        ('"1\n' + ("1" * 28 + "\n") * 4_900, 1, "row 1 has a stray quote"),
        ('1\n2"\n3', 1, "row 2 has a stray quote"),
        ('1\n"2"3\n3', 1, "row 2 has a stray quote"),
        ("1\n2\n1\u00a0000;5", 1, "row 3 has 2 cells|row 1 has 1"),
        ("\x00\x01", 1, "row 1 holds"),
    ],
)
def test_bad_numbers_are_refused_in_one_sentence(text, columns, complaint):
    with pytest.raises(ValueError, match=complaint) as refusal:
        read(text, columns)
    assert not isinstance(refusal.value, Ambiguous)
    assert len(str(refusal.value)) < 160 and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "columns", "meant"),
    [
        ("1,5\n2,7\n3,1", 1, {"comma": [1.5, 2.7, 3.1], "columns": None}),
        ("1,5\n2,7\n3,1", 2, {"columns": [[1, 5], [2, 7], [3, 1]], "comma": None}),
        ("x\n1,5\n2,7", 1, {"comma": [1.5, 2.7]}),
        ("1,5\n2\n3,1", 1, {"comma": [1.5, 2, 3.1]}),
        ("1,5 2,7\n3,1 4,4", 2, {"comma": [[1.5, 2.7], [3.1, 4.4]], "columns": None}),
        ("1,234\n2,345", 1, {"thousands": [1234, 2345], "comma": [1.234, 2.345], "columns": None}),
        ("1,234;5\n2,345;6", 2, {"thousands": [[1234, 5], [2345, 6]], "comma": [[1.234, 5], [2.345, 6]]}),
        ("1.234,56\n2.345,67", 1, {"points": [1234.56, 2345.67], "columns": None}),
        ("1,234.56\n2,345.67", 1, {"thousands": [1234.56, 2345.67], "columns": None}),
        ("1 234\n2 345", 1, {"spaces": [1234, 2345], "columns": None}),
        ("1\u202f234\n2\u202f345", 1, {"spaces": [1234, 2345], "columns": None}),
        ("1\u00a0234,5\n2\u00a0345,5", 1, {"spaces": [1234.5, 2345.5], "columns": None}),
        ("1,5;2.5\n1;2", 2, {"comma": None, "columns": None}),
        ("1,5, 2,5, 3", 1, {"comma": [1.5, 2.5, 3], "columns": [1, 5, 2, 5, 3]}),
        ("1,5 , -2,5", 1, {"comma": [1.5, -2.5], "columns": [1, 5, -2, 5]}),
        ("1,234, 5,678", 1, {"comma": [1.234, 5.678], "thousands": [1234, 5678], "columns": [1, 234, 5, 678]}),
        ("1,5, 2,7\n3,1, 4,0", 2, {"comma": [[1.5, 2.7], [3.1, 4]], "columns": None}),
        ("1,2, 3\n4,5, 6", 3, {"comma": None, "columns": [[1, 2, 3], [4, 5, 6]]}),
        ("1 234  5 678", 1, {"spaces": [1234, 5678], "columns": [1, 234, 5, 678]}),
        ("1 200   30\n12 300  4", 2, {"spaces": [[1200, 30], [12300, 4]], "columns": None}),
    ],
)
def test_what_can_be_read_in_several_ways_is_asked(text, columns, meant):
    with pytest.raises(Ambiguous, match="choose how to read it") as question:
        read(text, columns)
    assert {o.key for o in question.value.readings} == set(meant)
    for key, values in meant.items():
        if values is not None:
            taken = read(text, columns, key)
            assert taken.values.tolist() == values and (key == "columns" or STYLES[key].words in taken.note)
        else:  # not what is wanted, even so read: a sentence, or columns to choose among
            with pytest.raises(ValueError, match=r"wanted|row 1, column"):
                read(text, columns, key)


def test_numbers_in_one_line_are_offered_as_numbers():
    with pytest.raises(Ambiguous) as question:
        read("1,5 2,5 3,5")
    assert [o.label for o in question.value.readings] == ["3 numbers with decimal commas: 1.5, 2.5, 3.5"]


def test_a_column_is_chosen_where_there_are_more():
    text = "id;name;dose;note\n1;ann;0,5;\n2;bob;1,5;late\n3;cy;2,5;"
    with pytest.raises(Ambiguous, match="4 columns, and 1 is wanted") as question:
        read(text)
    labels, faults = zip(*((o.label, o.fault) for o in question.value.columns), strict=True)
    assert labels == ("id: 1, 2, 3", "name", "dose: 0.5, 1.5, 2.5", "note")
    assert [bool(f) for f in faults] == [False, True, False, True] and "row 2, column 4 (note) is blank" in faults[3]
    taken = read(text, pick=[2])
    assert taken.values.tolist() == [0.5, 1.5, 2.5] and taken.names == ("dose",) and taken.places == (3,)
    assert read(text, 2, pick=[2, 0]).values.tolist() == [[0.5, 1], [1.5, 2], [2.5, 3]]
    for columns, pick in ((1, [1]), (1, [4]), (1, [-1]), (2, [0, 0]), (2, [0])):
        with pytest.raises(ValueError, match=r"which is not a number|different columns"):
            read(text, columns, pick=pick)
    with pytest.raises(Ambiguous) as question:  # with names for two cells these are columns; or is it one?
        read("height, cm\n1,5\n2,7")
    assert [o.key for o in question.value.readings] == ["comma"] and len(question.value.columns) == 2


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("deaths\n0\n2\n5", 1, "3 rows; deaths (column 1), first 0, last 5. The first line, 'deaths', is the header."),
        ("1\n\n−2", 1, "2 rows; first 1, last −2. Row 2 is blank and skipped."),
        ("# a\n1\n2\n#b", 1, "2 rows; first 1, last 2. Rows 1, 4 are skipped: # starts a remark, '# a' and others."),
        ("x;y\n0,5;1\n1;2", 2, "2 rows; x (column 1), first 0.5, last 1; y (column 2), first 1, last 2. "
         "The first line, 'x;y', is the header. Numbers are read with decimal commas."),
        ("1 2 4", 1, "3 rows; first 1, last 4. They stand in one line, separated by spaces."),
        ("12345678901234567890\n1", 1, "2 rows; first 1.2345678901234567e+19, last 1. "
         "1 number has more digits than a computer’s number holds; rounded."),
    ],
)  # fmt: skip
def test_the_note_says_what_was_taken(text, columns, said):
    assert read(text, columns).note == said
    assert read("a,b,c\n1,2,3\n4,5,7", pick=[1]).note.endswith("Not used: columns a, c.")


# ---- against a plain reader --------------------------------------------------------------------------------------------
numbers = st.one_of(
    st.integers(-9999, 9999).map(str),
    st.decimals(-1000, 1000, places=2, allow_nan=False, allow_infinity=False).map(str),
    st.floats(1e-6, 1e6).map(repr),
    st.sampled_from(["0", "-0", "+7", ".5", "5.", "007", "1e3", "2E-3", "−4", "3e−2", "1234567890123456789"]),
)
words = st.sampled_from(["x", "y", "height", "body mass", "σ", "x1", "% fat", "Sepal.Length", "temp_2", "℃", "kg/m²"])
bad_cells = st.sampled_from(["", "NA", "nan", "-inf", "12%", "$3", "two", "1_0", "0x1F", "1d5", "–3", "٣", "3 kg", "1/2", "5-6", "1e", "--1", "1e400"])


def plain_number(cell: str) -> float:
    return float(cell.replace("−", "-"))


@st.composite
def tables(draw, narrowest=1):
    """A table as cells and as a text; the text holds quotes, blank lines, a header, and the newlines of some system."""
    width, height = draw(st.integers(narrowest, 4)), draw(st.integers(2, 8))
    rows = [[draw(numbers) for _ in range(width)] for _ in range(height)]
    separator = draw(st.sampled_from(["\t", ";", ", ", ",", " "]))
    header = [draw(words).replace(" ", "_" if separator == " " else " ") for _ in range(width)] if draw(st.booleans()) else None
    quoted = draw(st.booleans()) and separator in ("\t", ";", ",")
    return rows, header, separator, quoted, draw(st.lists(st.integers(0, height), max_size=2)), draw(st.sampled_from(["\n", "\r\n", "\r"]))


def written(table) -> tuple[str, list[int]]:
    """The text, and for each row of numbers its line, from 1."""
    rows, header, separator, quoted, blanks, newline = table
    lines, places = [], []
    for k, cells in enumerate(([header] if header else []) + rows):
        lines += [""] * blanks.count(k)
        lines.append(separator.join(f'"{c}"' if quoted else c for c in cells))
        if not (header and k == 0):
            places.append(len(lines))
    return newline.join(lines), places


def all_columns(text: str, width: int) -> np.ndarray:
    """What is taken when the reader wants every column, and means the plain reading where he is asked."""
    try:
        return read(text, width).values
    except Ambiguous as question:
        assert "columns" in {o.key for o in question.readings}, question
        return read(text, width, "columns").values


@given(tables())
@settings(max_examples=120, deadline=None)
def test_numbers_are_those_of_a_plain_reader(table):
    rows, header, separator, *_ = table
    truth = np.array([[plain_number(c) for c in row] for row in rows])
    assume((np.ptp(truth, axis=0) > 0).all())
    text, _ = written(table)
    taken = all_columns(text, truth.shape[1])
    np.testing.assert_array_equal(taken.reshape(truth.shape), truth)
    if separator != " ":
        plain = list(csv.reader(io.StringIO(re.sub("\r\n|\r", "\n", text)), delimiter=separator[0], skipinitialspace=True))
        plain = [r for r in plain if r][bool(header) :]
        assert [[plain_number(c) for c in r] for r in plain] == taken.reshape(truth.shape).tolist()
    note = read(text, truth.shape[1], "columns").note
    assert f"{len(rows)} rows" in note and (header is None or "is the header" in note)
    assert ("blank and skipped" in note) == any(not line for line in re.split("\r\n|\r|\n", text.rstrip("\r\n")))


@given(tables(), st.data())
@settings(max_examples=120, deadline=None)
def test_a_bad_cell_is_named_by_its_row_and_column(table, data):
    rows, header, separator, quoted, *_ = table
    width, bad = len(rows[0]), data.draw(bad_cells)
    assume(separator != " " or (bad and " " not in bad) or (quoted and separator != " "))
    i, j = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, width - 1))
    assume(bad or width > 1)
    assume(header or i or width > 1 or bad != "two")  # a word on top of numbers is their header
    rows = [list(r) for r in rows]
    rows[i][j] = bad
    text, places = written((rows, *table[1:]))
    with pytest.raises(ValueError, match=rf"^row {places[i]}\b") as refusal:
        read(text, width, "columns")
    assert width == 1 or f"column {j + 1}" in str(refusal.value)
    with pytest.raises(ValueError):
        read(text, width)


@given(tables(2), st.data())
@settings(max_examples=50, deadline=None)
def test_a_row_of_another_length_is_named(table, data):
    rows = [list(r) for r in table[0]]
    i = data.draw(st.integers(1, len(rows) - 1))
    rows[i] = rows[i][:-1] if data.draw(st.booleans()) else [*rows[i], "5"]
    text, places = written((rows, *table[1:]))
    with pytest.raises(ValueError, match=f"row {places[i]} has {len(rows[i])} cell"):
        read(text, len(table[0][0]), "columns")
    with pytest.raises(ValueError):
        read(text, len(table[0][0]))


@given(st.lists(st.tuples(st.integers(-999, 999), st.integers(1, 99)), min_size=2, max_size=6), st.sampled_from(["\n", ";", "\t"]))
@settings(max_examples=50, deadline=None)
def test_decimal_commas_are_read_or_asked(pairs, separator):
    assume(len(set(pairs)) > 1)
    truth = [float(f"{a}.{b:02d}") for a, b in pairs]
    assume(np.ptp(truth) > 0)
    cells = [f"{a},{b:02d}" for a, b in pairs]
    if separator == "\n":
        text = "\n".join(cells)
        for columns in (1, 2):
            with pytest.raises(Ambiguous) as question:
                read(text, columns)
            assert {"comma", "columns"} <= {o.key for o in question.value.readings}
        assert read(text, 1, "comma").values.tolist() == truth
    else:
        text = "\n".join(f"{k}{separator}{c}" for k, c in enumerate(cells))
        taken = read(text, 2)
        assert taken.values[:, 1].tolist() == truth and "decimal commas" in taken.note


scraps = st.lists(st.sampled_from([*"0123456789.,;\t\n\n\n -−e\"x#%$_", "NA", "\r\n", "1.5", "\u00a0", "٣", "12,5", "1 000", "x,y\n"]), max_size=25).map("".join)


@given(st.one_of(scraps, st.text(max_size=60)), st.integers(1, 3))
@settings(max_examples=400, deadline=None)
@example("1,2\n", 1)
@example("#1\n2\n3", 1)
def test_any_text_is_its_numbers_or_a_sentence(text, columns):
    try:
        taken = read(text, columns)
    except ValueError as refusal:
        assert str(refusal) and "\n" not in str(refusal)
        return
    assert np.isfinite(taken.values).all() and len(taken) >= 2
    size = np.abs(taken.values[taken.values != 0])
    assert (size <= LARGEST).all() and (size >= SMALLEST).all()
    lines = [line for line in re.split("\r\n|\r|\n", text.removeprefix("\ufeff")) if line.strip()]
    left_out = [line for line in lines if line.lstrip().startswith("#")]
    assert not left_out or "# starts a remark" in taken.note
    lines = [line for line in lines if line not in left_out]
    if taken.header is not None:
        assert lines[0].strip() == taken.header and not re.match(r"[-+−.,\d]", taken.header.lstrip('"'))
        assert "is the header" in taken.note
        lines = lines[1:]
    body = " ".join(lines)
    if "decimal commas" in taken.note:
        tokens = re.split(r'[\s;"]+', body.replace(",", "."))
    else:
        tokens = re.split(r'[\s,;"]+', body)
    assert [plain_number(t) for t in tokens if t] == taken.values.ravel().tolist()


@pytest.mark.parametrize("text", ['"",' * 300_000, "1 " * 499_999, "#\n" * 400_000, "9" * 999_999, "a" + "1.2" * 300_000, "1" + " " * 999_000 + "2", "0." + "0" * 900_000 + "\n1",
                                  "\n".join(["1,234;1.234,5;1 234"] * 4900), "\n".join([",".join(["123"] * 50)] * 4900)])  # fmt: skip
def test_no_text_takes_long(text):
    from time import process_time

    start = process_time()
    try:
        read(text)
    except ValueError as refusal:
        assert len(str(refusal)) < 250
    assert process_time() - start < 6


def test_every_reading_is_offered_under_its_own_key():
    assert list(readings(lines_of("1,234\n5,678")[0])[0]) == ["columns", "comma", "thousands"]
    with pytest.raises(ValueError, match="no reading called 'nonsense'"):
        read("1\n2", reading="nonsense")
    assert userdata.MOST_ROWS == len(read("\n".join(map(str, range(5000)))))
