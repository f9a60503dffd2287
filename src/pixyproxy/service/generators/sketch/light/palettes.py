"""The palettes themselves: several for every hour and weather."""

from dataclasses import dataclass

from pixyproxy.service.generators.sketch.light.colours import mix


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours by their role; `air` is what distance and the hour lay over everything."""

    sky: tuple[str, str, str]
    light: str
    land: tuple[str, str]
    water: tuple[str, str]
    air: str
    air_share: float
    accents: tuple[str, ...]
    foliage: tuple[str, ...]
    ink: str = "#1d2433"
    dark: bool = False

    def lit(self, colour: str) -> str:
        """A thing's own colour, seen in this light."""
        return mix(colour, self.air, self.air_share)

    def ground(self, nearness: float) -> str:
        return mix(self.land[0], self.land[1], nearness)


# fmt: off
_GREENS = ("#2f6b4f", "#3f8259", "#5b9a5f", "#87ad55")
_NIGHT_GREENS = ("#143049", "#1a3d52", "#1d4a56")
_RUSTS = ("#c8502b", "#de7a2c", "#e9a23b", "#a63a2b", "#d9622f")
_FESTIVE = ("#ef6a4c", "#f5b544", "#2f8f9d", "#f3e9d2", "#b8475f")
_WARM = ("#f26b4f", "#ffc857", "#8a4fff", "#ffe8c2", "#d9446f")
_LAMPS = ("#ffd36b", "#ff9f6b", "#7fd1d8", "#f3e9ff", "#e86f8f")

PALETTES: dict[str, tuple[Palette, ...]] = {
    "day": (
        Palette(("#4aa6d3", "#9fd8e2", "#fbeccd"), "#fff6d6", ("#a5cfbd", "#1f6350"), ("#7cc9cf",
                "#15607f"), "#fbeccd", 0.04, _FESTIVE, _GREENS),
        Palette(("#63bdb9", "#b7e0cc", "#fde6bd"), "#fff1c4", ("#b4d3a0", "#2b6a48"), ("#8fd3c6",
                "#1d6c7a"), "#fde6bd", 0.04, ("#e8604c", "#f6b73c", "#2b5d8a", "#fff3dc", "#d1495b"),
                _GREENS),
        Palette(("#f4d9a6", "#f9e5c0", "#fdf1dc"), "#f2694b", ("#c9c396", "#37604f"), ("#b9d6c4",
                "#2f7580"), "#fdf1dc", 0.05, ("#e4572e", "#2e86ab", "#f3a712", "#faf3e3", "#a23b72"),
                _GREENS),
        Palette(("#7fb2e5", "#c3d9f3", "#fdeee0"), "#fff4e0", ("#aebfdc", "#35568f"), ("#a5c8ea",
                "#28599a"), "#fdeee0", 0.04, ("#ff7d6b", "#ffcf56", "#5b5ea6", "#fff6ea", "#e15a97"),
                ("#3b6f77", "#4f8a80", "#76a98c", "#2f5d73")),
    ),
    "dawn": (
        Palette(("#6f83bd", "#e2abb9", "#ffe0b8"), "#fff0cf", ("#c4a5c0", "#3b4376"), ("#eec3bd",
                "#5566a0"), "#f2b9a8", 0.14, _WARM, ("#4a5487", "#5b6594", "#6d6f9f")),
        Palette(("#4f86a8", "#f3c0a6", "#ffebc6"), "#fff5da", ("#a9b9bd", "#27505f"), ("#f0cdb6",
                "#3a7689"), "#f6c9a8", 0.12, _FESTIVE, ("#2d5d63", "#3e7370", "#64907e")),
        Palette(("#a184c9", "#f4b6c4", "#ffe7cf"), "#fff3df", ("#d6aecb", "#5a3f7d"), ("#f3c8d0",
                "#7a63a8"), "#f4b6c4", 0.13, _WARM, ("#5b4a8a", "#735c9c", "#8d73a8")),
    ),
    "sunset": (
        Palette(("#3d2a6d", "#d0557a", "#ffc078"), "#ffe9b0", ("#b9557f", "#2b1a45"), ("#f29a76",
                "#4a2a6b"), "#e0566f", 0.2, _WARM, ("#3a2150", "#4b2a5c", "#5d3364")),
        Palette(("#22466e", "#e8736b", "#ffcf83"), "#fff0bd", ("#a5687c", "#182c4a"), ("#f2a77c",
                "#23486f"), "#e8736b", 0.2, _WARM, ("#1f3a55", "#2b4a60", "#3c5a68")),
        Palette(("#8c2f5f", "#ec6a3d", "#ffd166"), "#fff3c4", ("#c9533f", "#3b1433"), ("#f59a4f",
                "#7a2b58"), "#ec6a3d", 0.2, ("#ffd166", "#f26b4f", "#fff1d0", "#7d3c98", "#f79256"),
                ("#4a1a3c", "#5f2342", "#742d48")),
    ),
    "night": (
        Palette(("#0c1538", "#1f3569", "#5b78ad"), "#fdf4d3", ("#405f98", "#0a1230"), ("#4b6ea6",
                "#0d1c47"), "#16244f", 0.3, _LAMPS, _NIGHT_GREENS, dark=True),
        Palette(("#081d2e", "#12425a", "#4b9199"), "#fff6d8", ("#2f7580", "#061824"), ("#3f8b95",
                "#07293c"), "#0c3145", 0.3, _LAMPS, ("#0b3440", "#10444b", "#175257"), dark=True),
        Palette(("#150f34", "#3d2868", "#93609b"), "#fdebd0", ("#6a4689", "#120b2b"), ("#7d5799",
                "#1c1442"), "#2a1b52", 0.3, _LAMPS, ("#22184a", "#2f2058", "#3d2a64"), dark=True),
    ),
    "storm": (
        Palette(("#262f3d", "#55636f", "#aeb6ab"), "#f3e8c0", ("#75838a", "#1a252c"), ("#7e9197",
                "#1b3440"), "#3f4d58", 0.3, ("#f2c14e", "#d9583f", "#e8e3d0", "#5fa3a8"), ("#24383b",
                "#2e4745", "#3a554f"), dark=True),
        Palette(("#241f38", "#584f74", "#c3a9a6"), "#f7e3c3", ("#7c7391", "#191529"), ("#8d83a0",
                "#241e44"), "#3d3556", 0.3, ("#f2b84e", "#e05e5e", "#efe6dc", "#7d8cc4"), ("#2a2845",
                "#353253", "#443e60"), dark=True),
    ),
    "fog": (
        Palette(("#b6c7c9", "#d6dedb", "#f3efe6"), "#fffaf0", ("#c6d0cd", "#3f5a5e"), ("#cfd8d5",
                "#6f8f95"), "#dfe4df", 0.26, ("#d9634a", "#e3b04b", "#3f6f7a", "#fbf7ee"), ("#4d6b68",
                "#5f7d77", "#7a938b")),
        Palette(("#bfb9d1", "#ddd3dc", "#f7ebe0"), "#fff7ec", ("#cdc3d3", "#514c73"), ("#d9cfdb",
                "#837da3"), "#e3d9de", 0.26, ("#cf5c78", "#eab464", "#5d5a8c", "#fdf5ee"), ("#5b577e",
                "#6f6a8e", "#8a83a0")),
    ),
    "winter": (
        Palette(("#7fa9cc", "#c2d9e8", "#fbeee6"), "#fffaf0", ("#a9c3d9", "#f6fafc"), ("#a9cbdf",
                "#3f7ba3"), "#c9ddec", 0.08, ("#d6453d", "#f0b550", "#2c5d7c", "#fff6ec"), ("#1f4a55",
                "#2b5c63", "#3d7073"), ink="#1c2b45"),
        Palette(("#8d9fd0", "#d9cfe6", "#ffe6d9"), "#fff5e6", ("#b8bfe0", "#fbf8fd"), ("#bcc6e6",
                "#5a6fae"), "#dcd3ea", 0.08, ("#e0526a", "#f5b95f", "#3c4f8a", "#fff6f0"), ("#2c3f6b",
                "#3b5079", "#4f6488"), ink="#232a4d"),
    ),
    "autumn": (
        Palette(("#7fb5b5", "#f3e2bd", "#fbcf92"), "#fff3d0", ("#dfae6c", "#7a3a20"), ("#cfd3b0",
                "#33707a"), "#f3cf98", 0.08, ("#b8322a", "#f2a541", "#2f6f73", "#fff1d6"), _RUSTS),
        Palette(("#e9b872", "#f6d8a0", "#fdeccb"), "#d9482b", ("#d19a5a", "#5c2e1e"), ("#e3cfa0",
                "#6a7a5c"), "#f6d8a0", 0.08, ("#9c2f2a", "#e8912d", "#3e6259", "#fff3dd"), _RUSTS),
    ),
    "neon": (
        Palette(("#0f0629", "#451277", "#f0338f"), "#ffe45e", ("#6b1f9c", "#0c0420"), ("#c02a95",
                "#12063a"), "#3a1273", 0.3, ("#00e5ff", "#ff2e97", "#f9f871", "#8c5bff", "#2effa3"),
                ("#24105a", "#3a1673", "#501c8a"), ink="#0a0318", dark=True),
        Palette(("#04122b", "#0b3d6e", "#17c3c9"), "#ff5fa8", ("#146a93", "#030d1e"), ("#1fa5b5",
                "#051c3d"), "#0b3564", 0.3, ("#ff3ea5", "#ffe14d", "#2ef2e6", "#b07bff", "#ff7a3d"),
                ("#0a2c55", "#0e3b68", "#134c7a"), ink="#020a18", dark=True),
    ),
    "pastel": (
        Palette(("#b9def0", "#f2dcea", "#fff2d9"), "#fffaf0", ("#d3e6d2", "#7fb5ac"), ("#c6e6ea",
                "#7fb6d3"), "#fdeef0", 0.26, ("#f49ca4", "#f8cf8a", "#8fc1d9", "#c4a9e0", "#fff8ee"),
                ("#8cc0a6", "#a5cfae", "#c0dcb6"), ink="#56607e"),
        Palette(("#d5cbf2", "#fbd9df", "#fff0dc"), "#fff8ec", ("#e8d3ea", "#a793cb"), ("#e1d6f2",
                "#9fa8dc"), "#fbe6ee", 0.26, ("#f7a1b0", "#fbd08f", "#9ac6e8", "#a6d8c0", "#fff8ef"),
                ("#a99bd1", "#b9aedb", "#9dbfc9"), ink="#5d567e"),
    ),
    "desert": (
        Palette(("#5fb8bf", "#f7e3b8", "#fbc88a"), "#fff3cf", ("#f2c083", "#b1552f"), ("#9fd0c4",
                "#2c7d87"), "#fbd9a0", 0.08, ("#d1432f", "#2a7f86", "#f6ae2d", "#fff0d5"), ("#5f7d4a",
                "#74905a", "#4d6a45")),
        Palette(("#f0a35e", "#f8c98c", "#fdeac4"), "#fffbe8", ("#e8a56a", "#8a3b2c"), ("#ecc79a",
                "#9a5a4a"), "#f8c98c", 0.1, ("#a82f38", "#35717d", "#f9c74f", "#fff0d8"), ("#5d7050",
                "#6f825a", "#4c5f47")),
    ),
}
# fmt: on
