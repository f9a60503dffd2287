"""One picture over another."""

import pyvips


def laid_over(below: pyvips.Image, above: pyvips.Image) -> pyvips.Image:
    """Both of one size; what is above has alpha. Where there is nothing below, nothing is added to it."""
    if below.hasalpha():
        return below.composite2(above, "over").cast("uchar").copy(interpretation="srgb")
    return above[3].ifthenelse(above[:3], below, blend=True).copy(interpretation="srgb")


def pasted(below: pyvips.Image, above: pyvips.Image, x: int, y: int) -> pyvips.Image:
    return laid_over(below, above.embed(x, y, below.width, below.height))


def with_shadow(shape: pyvips.Image, reach: float) -> pyvips.Image:
    """Cut out and laid on: it lifts a little off what lies under it."""
    drop = max(1, round(reach))
    alpha = shape[3].embed(drop // 2, drop, shape.width, shape.height).gaussblur(max(0.6, reach))
    shadow = alpha.new_from_image([20, 22, 40]).bandjoin((alpha * 0.45).cast("uchar"))
    return laid_over(shadow.copy(interpretation="srgb"), shape)


def faded(shape: pyvips.Image, share: float) -> pyvips.Image:
    return shape[:3].bandjoin((shape[3] * share).cast("uchar"))
