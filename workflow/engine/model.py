"""What every part of a definition is made of."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Every part of a definition is frozen and refuses keys it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )
