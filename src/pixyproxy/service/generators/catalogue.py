"""Which generator makes a picture: by the model's name, through the operator's aliases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pixyproxy.core.exceptions import CannotStart, ModelNotFound
from pixyproxy.core.models import Size
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators.generator import Generator, PictureRequest


@dataclass(frozen=True, slots=True)
class Choice:
    generator: Generator
    request: PictureRequest


class Catalogue:
    """The generators in their order. The first one's first model is the default, unless another is named."""

    def __init__(
        self, generators: Sequence[Generator], aliases: Mapping[str, str], default_model: str | None
    ) -> None:
        self.generators = generators
        self._aliases = aliases
        self._by_model = {model: each for each in reversed(generators) for model in each.models}
        self._default_model = default_model or generators[0].models[0]
        self._resolve_at_start("PIXYPROXY_DEFAULT_MODEL", self._default_model)
        if "*" in aliases:
            self._resolve_at_start("PIXYPROXY_MODEL_ALIASES *", aliases["*"])

    @property
    def default_model(self) -> str:
        return self._default_model

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(model for each in self.generators for model in each.models)

    @property
    def idle_aliases(self) -> tuple[str, ...]:
        """Aliases of a model that no generator here has; `*` catches them, or nothing does."""
        return tuple(alias for alias, model in self._aliases.items() if model not in self._by_model)

    def choose(self, prompt: ImagePrompt) -> Choice:
        """Raises `ModelNotFound`, or `InvalidRequest` for what the generator cannot do."""
        model = self._resolve(prompt.model or self._default_model)
        generator = self._by_model[model]
        request = PictureRequest(
            prompt=prompt.prompt,
            model=model,
            size=None if prompt.size == "auto" else Size.parse(prompt.size),
            quality=prompt.quality,
            background=prompt.background,
            output_format=prompt.output_format,
            seed=prompt.seed,
        )
        generator.check(request)
        return Choice(generator, request)

    async def close(self) -> None:
        for generator in self.generators:
            await generator.close()

    def _resolve(self, name: str) -> str:
        """A name's alias, where it has one; the alias of `*` for what nobody knows."""
        for model in (self._aliases.get(name, name), self._aliases.get("*")):
            if model in self._by_model:
                return model
        raise ModelNotFound

    def _resolve_at_start(self, setting: str, name: str) -> None:
        try:
            self._resolve(name)
        except ModelNotFound as error:
            known = ", ".join(self.models)
            raise CannotStart(f"{setting} names {name!r}, but the generators here have: {known}.") from error
