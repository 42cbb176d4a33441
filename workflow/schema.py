"""The JSON Schema of definition files: with it editors complete and check the YAML.

It is generated from the models that the parser uses, and says of shape what they say; what makes
sense only in the whole file is `duban check`'s to say.
"""

import json
from typing import Any

from workflow.engine.definition import Definition
from workflow.engine.sayings import PATTERN_OF_SELECTORS, SELECTORS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def definition_schema() -> dict[str, Any]:
    """The schema of one definition file."""
    schema = Definition.model_json_schema(by_alias=True)
    _close(schema)
    return {"$schema": DIALECT, **schema, "title": "Duban workflow definition"}


def schema_text() -> str:
    """The schema as `definitions/schema.json` holds it."""
    return json.dumps(definition_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _close(part: Any) -> None:
    """Allow only names as keys of mappings, and list the kinds of unit for completion."""
    if isinstance(part, dict):
        if "patternProperties" in part:
            part["additionalProperties"] = False
        for described in part.get("properties", {}).values():
            described.pop("title", None)  # pydantic's, made from the key
        if part.get("pattern") == PATTERN_OF_SELECTORS:
            del part["pattern"]
            part["enum"] = SELECTORS
    for member in part.values() if isinstance(part, dict) else part:
        if isinstance(member, dict | list):
            _close(member)
