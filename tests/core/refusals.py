"""What the tests of requests share."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError


def refused_field(request: type[BaseModel], fields: dict[str, Any]) -> str:
    """The one field a request is refused for."""
    with pytest.raises(ValidationError) as refusal:
        request.model_validate(fields)
    (location,) = {str(error["loc"][0]) for error in refusal.value.errors()}
    return location
