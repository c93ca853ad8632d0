"""The wire's grammar, written from the marks: ``wire.schema.json`` for tools and tests, ``wire.d.ts`` for the painter.

python -m fisher_app.stage.schema        writes both beside the painter; a test keeps them current.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from .axes import Axis
from .marks import MARKS, Mark, Name, camel, fields_of
from .tables import Cross, Live

HERE = Path(__file__).parent
SCHEMA = HERE / "wire.schema.json"
TYPES = HERE.parents[1] / "static" / "stage" / "wire.d.ts"

DATA = {"$ref": "#/$defs/Data"}
DEFINITIONS: dict[str, Any] = {
    "Number": {"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]},
    "Table": {
        "type": "object",
        "properties": {
            "t": {"type": "string"},
            "shape": {"type": "array", "items": {"type": "integer"}},
            "over": {"type": "array", "items": {"type": "string"}},
            "nodes": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}},
        },
        "required": ["t", "shape", "over"],
        "additionalProperties": False,
    },
    "Cross": {
        "type": "object",
        "properties": {"pick": {"type": "array", "items": {"$ref": "#/$defs/Table"}}},
        "required": ["pick"],
        "additionalProperties": False,
    },
    "Factor": {
        "anyOf": [
            DATA,
            {
                "type": "object",
                "properties": {"each": {"type": "array", "items": DATA}},
                "required": ["each"],
                "additionalProperties": False,
            },
        ]
    },
    "Mix": {
        "type": "object",
        "properties": {"mix": {"type": "array", "items": {"$ref": "#/$defs/Factor"}}},
        "required": ["mix"],
        "additionalProperties": False,
    },
    "Data": {
        "anyOf": [
            {"$ref": "#/$defs/Number"},
            {"type": "array", "items": {"$ref": "#/$defs/Number"}},
            {"$ref": "#/$defs/Table"},
            {"$ref": "#/$defs/Cross"},
            {"$ref": "#/$defs/Mix"},
        ]
    },
}
COMMENTS = {"Number": "", "Table": "a table named by its content, over the nodes of controls", "Mix": "", "Cross": ""}


def of_type(hint: Any) -> dict[str, Any]:
    """The JSON schema of a field's type; arrays and tables of numbers are `Data`."""
    args = [a for a in get_args(hint) if a is not NoneType]
    if get_origin(hint) in (Union, UnionType):
        if Live in args or Cross in args:
            return DATA
        return of_type(args[0]) if len(args) == 1 else {"anyOf": [of_type(a) for a in args]}
    if get_origin(hint) is tuple and not (len(args) == 2 and args[1] is Ellipsis):
        return {"type": "array", "prefixItems": [of_type(a) for a in args], "items": False}
    if get_origin(hint) in (Sequence, list, tuple):
        return {"type": "array", "items": of_type(args[0])}
    if get_origin(hint) is Mapping:
        return {"type": "object"}
    if is_dataclass(hint):
        return {"$ref": f"#/$defs/{getattr(hint, '__name__', '')}"}
    return {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        float: {"$ref": "#/$defs/Number"},
        Any: {},
    }[hint]


def of_mark(mark: type[Mark]) -> dict[str, Any]:
    properties = {"kind": {"const": mark.kind}} | {f.wire: of_type(f.type) for f in fields_of(mark)}
    required = ["kind", *(f.wire for f in fields_of(mark) if f.required)]
    return {
        "description": (mark.__doc__ or "").split("\n")[0],
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def of_record(record: type) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {
        "description": (record.__doc__ or "").split("\n")[0],
        "type": "object",
        "properties": {camel(f.name): of_type(hints[f.name]) for f in fields(record)},
        "required": [camel(f.name) for f in fields(record) if f.default is MISSING and f.default_factory is MISSING],
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """Every mark as the browser may receive it (JSON Schema 2020-12)."""
    marks = {m.__name__: of_mark(m) for m in MARKS}
    records = {r.__name__: of_record(r) for r in (Name, Axis)}
    every = {"Mark": {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in marks]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What the painter in the browser can draw",
        "$defs": DEFINITIONS | records | marks | every,
        "$ref": "#/$defs/Mark",
    }


def typescript(definitions: Mapping[str, Any]) -> str:
    """The same as TypeScript declarations, for the painter's JSDoc."""
    lines = ["// Written by `python -m fisher_app.stage.schema` from fisher_app/stage/marks.py; edit that.", ""]
    for name, definition in definitions.items():
        if "description" in definition:
            lines.append(f"/** {definition['description']} */")
        lines += [f"export type {name} = {of_schema(definition)};", ""]
    return "\n".join(lines)


def of_schema(s: Mapping[str, Any]) -> str:
    if "$ref" in s:
        return str(s["$ref"]).rsplit("/", 1)[1]
    if "const" in s:
        return json.dumps(s["const"])
    if "enum" in s:
        return " | ".join(map(json.dumps, s["enum"]))
    if "anyOf" in s:
        return " | ".join(of_schema(part) for part in s["anyOf"])
    if s.get("type") == "array":
        if "prefixItems" in s:
            return "[" + ", ".join(of_schema(part) for part in s["prefixItems"]) + "]"
        return f"Array<{of_schema(s['items'])}>"
    if s.get("type") == "object":
        if "properties" not in s:
            values = s.get("additionalProperties")
            return f"Record<string, {of_schema(values) if isinstance(values, Mapping) else 'any'}>"
        required = s.get("required", [])
        body = "".join(
            f"  {json.dumps(k)}{'' if k in required else '?'}: {of_schema(v)};\n" for k, v in s["properties"].items()
        )
        return "{\n" + body + "}"
    return {"string": "string", "boolean": "boolean", "integer": "number", "number": "number"}.get(
        str(s.get("type")), "any"
    )


def written() -> dict[Path, str]:
    """The files, as they should be."""
    grammar = schema()
    return {
        SCHEMA: json.dumps(grammar, indent=1, ensure_ascii=False) + "\n",
        TYPES: typescript(grammar["$defs"]),
    }


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
