"""Which generator makes a picture: by the model's name, through the operator's aliases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pixyproxy.core.exceptions import CannotStart, InvalidRequest, ModelNotFound, Unavailable
from pixyproxy.core.models import Size, Task
from pixyproxy.core.requests import ImagePrompt, PictureOptions
from pixyproxy.service.generators.abilities import Abilities
from pixyproxy.service.generators.generator import NO_INPUTS, Generator, Inputs, PictureRequest


@dataclass(frozen=True, slots=True)
class Choice:
    generator: Generator
    request: PictureRequest


@dataclass(frozen=True, slots=True)
class Offer:
    """A name that a caller may use for a model, and what can be asked for by it."""

    name: str
    generator: str
    is_default: bool
    stands_for: str | None
    """The model that is meant, where the operator has given it another name."""
    abilities: Abilities


class Catalogue:
    """The generators in their order. The first one's first model is the default, unless another is named."""

    def __init__(
        self, generators: Sequence[Generator], aliases: Mapping[str, Sequence[str]], default_model: str | None
    ) -> None:
        self.generators = generators
        self._aliases = aliases
        self._by_name = {each.name: each for each in generators}
        self._by_model = {model: each for each in reversed(generators) for model in each.models}
        self._default_model = default_model or generators[0].models[0]
        self._resolve_at_start("PIXYPROXY_DEFAULT_MODEL", self._default_model)
        for model in aliases.get("*", ()):
            self._resolve_at_start("PIXYPROXY_MODEL_ALIASES *", model)

    @property
    def default_model(self) -> str:
        return self._default_model

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(model for each in self.generators for model in each.models)

    @property
    def owners(self) -> dict[str, str]:
        """The generator behind each name that a caller may use: the models, then their aliases."""
        owners = {model: self._by_model[model].name for model in self.models}
        for alias, models in self._aliases.items():
            known = [model for model in models if model in self._by_model]
            if known and alias != "*":
                owners[alias] = self._by_model[known[0]].name
        return owners

    @property
    def offers(self) -> tuple[Offer, ...]:
        """One for each name that a caller may use, the default model's first."""
        names = dict.fromkeys((self._default_model, *self.owners))
        return tuple(self._offer(name, models[0]) for name in names if (models := self._models_for(name)))

    @property
    def idle_aliases(self) -> tuple[str, ...]:
        """Aliases that name a model no generator here has: where they name no other, `*` catches them."""
        return tuple(
            alias
            for alias, models in self._aliases.items()
            if not all(model in self._by_model for model in models)
        )

    def has_generator(self, name: str) -> bool:
        return name in self._by_name

    def generator_named(self, name: str) -> Generator:
        """Raises `Unavailable` when it is not configured, or no longer."""
        generator = self._by_name.get(name)
        if generator is None:
            raise Unavailable("The generator that has answered is not configured any more.", retry_after_s=60)
        return generator

    def plan(self, prompt: ImagePrompt, inputs: Inputs = NO_INPUTS) -> tuple[Choice, ...]:
        """The models to ask in turn, until one has not to be asked in vain.

        Raises `ModelNotFound`, or `InvalidRequest` for what not one of them can do.
        """
        choices: list[Choice] = []
        refusal: InvalidRequest | None = None
        for model in self._resolve(prompt.model or self._default_model):
            choice = Choice(self._by_model[model], _request(prompt, model, inputs))
            try:
                choice.generator.check(choice.request)
            except InvalidRequest as error:
                refusal = refusal or error
            else:
                choices.append(choice)
        if refusal is not None and not choices:
            raise refusal
        return tuple(choices)

    async def close(self) -> None:
        for generator in self.generators:
            await generator.close()

    def _resolve(self, name: str) -> list[str]:
        models = self._models_for(name)
        if not models:
            raise ModelNotFound
        return models

    def _models_for(self, name: str) -> list[str]:
        """A name's aliases, where it has some; those of `*` for what nobody knows."""
        for models in (self._aliases.get(name, (name,)), self._aliases.get("*", ())):
            known = [model for model in models if model in self._by_model]
            if known:
                return known
        return []

    def _offer(self, name: str, model: str) -> Offer:
        """Of several models that are asked in turn, the first one's."""
        generator = self._by_model[model]
        stands_for = None if model == name else model
        is_default = name == self._default_model
        return Offer(name, generator.name, is_default, stands_for, generator.abilities(model))

    def _resolve_at_start(self, setting: str, name: str) -> None:
        try:
            self._resolve(name)
        except ModelNotFound as error:
            known = ", ".join(self.models)
            raise CannotStart(f"{setting} names {name!r}, but the generators here have: {known}.") from error


def numbered(plan: tuple[Choice, ...], number: int) -> tuple[Choice, ...]:
    """As it is for that one of several."""
    return tuple(replace(choice, request=replace(choice.request, number=number)) for choice in plan)


def _request(prompt: ImagePrompt, model: str, inputs: Inputs) -> PictureRequest:
    return PictureRequest(
        prompt=prompt.prompt,
        model=model,
        size=None if prompt.size == "auto" else Size.parse(prompt.size),
        quality=prompt.quality,
        background=prompt.background,
        output_format=prompt.output_format,
        seed=prompt.seed,
        options=prompt.model_dump(include=set(PictureOptions.model_fields), exclude_none=True),
        partial_images=prompt.partial_images,
        task=(prompt.task or Task.EDIT) if inputs.pictures else Task.GENERATE,
        inputs=inputs.pictures,
        mask=inputs.mask,
    )
