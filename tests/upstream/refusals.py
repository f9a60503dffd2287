"""What OpenAI says instead of a picture: one entry for each way of saying no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .messages import Answer, json_answer


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error body with its status."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the error object."""
    retry_after: bool = False

    def answer(self, retry_after_seconds: float = 0) -> Answer:
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        headers = {"retry_after": f"{retry_after_seconds:g}"} if self.retry_after else {}
        return json_answer({"error": {**error, **self.more}}, self.status, **headers)


class Refused(Exception):  # noqa: N818 - no defect, an answer
    """Ends the reading of a request that is not acceptable."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


USER_ERROR = "image_generation_user_error"

REFUSALS: Mapping[str, Refusal] = {
    "moderation-blocked": Refusal(
        400,
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        "help.openai.com. safety_violations=[violence].",
        type=USER_ERROR,
        code="moderation_blocked",
        more={"moderation_details": {"moderation_stage": "output", "categories": ["violence"]}},
    ),
    "content-policy-violation": Refusal(
        400,
        "Your request was rejected as a result of our safety system. Your prompt may contain text that is "
        "not allowed by our safety system.",
        code="content_policy_violation",
    ),
    "invalid-request": Refusal(
        400,
        "Invalid value: 'enormous'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'.",
        code="invalid_value",
        param="size",
    ),
    "billing-hard-limit-reached": Refusal(
        400, "Billing hard limit has been reached.", type=USER_ERROR, code="billing_hard_limit_reached"
    ),
    "insufficient-quota": Refusal(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        type="insufficient_quota",
        code="insufficient_quota",
    ),
    "rate-limited": Refusal(
        429,
        "Rate limit reached for gpt-image-2 in organization org-stand-in on input-images per min: Limit 5, "
        "Used 5, Requested 1.",
        type="input-images",
        code="rate_limit_exceeded",
        retry_after=True,
    ),
    "unauthorized": Refusal(
        401,
        "Incorrect API key provided: sk-***********. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        code="invalid_api_key",
    ),
    "forbidden": Refusal(
        403, "Your organization must be verified to use the model `gpt-image-2`. Please go to settings."
    ),
    "model-not-found": Refusal(
        404, "The model 'gpt-image-2' does not exist.", code="model_not_found", param="model"
    ),
    "server-error": Refusal(
        500,
        "The server had an error while processing your request. Sorry about that!",
        type="server_error",
    ),
    "unavailable": Refusal(
        503,
        "The engine is currently overloaded, please try again later.",
        type="server_error",
        retry_after=True,
    ),
}

NO_KEY = Refusal(
    401,
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
    "auth (i.e. Authorization: Bearer YOUR_KEY).",
)


def wrong_key(key: str) -> Refusal:
    """The real one repeats the key, masked, in its message: a leak that its callers must not pass on."""
    shown = f"{key[:3]}{'*' * 12}{key[-4:]}"
    return Refusal(
        401,
        f"Incorrect API key provided: {shown}. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        code="invalid_api_key",
    )


def unknown_url(method: str, path: str) -> Refusal:
    return Refusal(404, f"Invalid URL ({method} {path})")


CHUNKED = Refusal(411, "The stand-in reads bodies of a known length only.")


def wrong_marker(mistake: str) -> Refusal:
    """A slip in a test should be seen as one."""
    return Refusal(400, f"Wrong marker in the prompt: {mistake}", type="stand_in_error")
