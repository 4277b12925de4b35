"""pydantic: models checked by a module compiled from Rust."""

import datetime
import enum
import typing

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=2)
    colour: Colour = Colour.RED
    sizes: list[int] = []


class Whole(BaseModel):
    id: int
    made: datetime.datetime
    parts: dict[str, Part]
    note: typing.Optional[str] = None

    @field_validator("note")
    @classmethod
    def shout(cls, v):
        return v and v.upper()


w = Whole(id="7", made="2024-02-29T12:00:00Z", parts={"a": {"name": "axle", "sizes": ["1", 2.0]}}, note="x")
print(w, w.model_dump(), w.model_dump_json(indent=1), Whole.model_validate_json(w.model_dump_json()) == w)
print(Whole.model_json_schema())
for wrong in [{}, {"id": "x", "made": 1e30, "parts": {"a": {"name": "b", "colour": "green", "more": 1}}}]:
    try:
        Whole(**wrong)
    except ValidationError as e:
        print(e, e.errors(include_url=False)[0]["type"])
adapter = TypeAdapter(list[tuple[int, typing.Literal["a", "b"]]])
print(adapter.validate_python([("1", "a")]), adapter.dump_json([(1, "b")]))
