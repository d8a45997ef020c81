"""How code behaves on the matplotlib that is installed, where more than one document has it."""

from checks.audit.found import Found


def setting(name: str) -> Found:
    """A setting of matplotlib, read as its own `_get` reads it and as `dict.get` does."""
    import matplotlib

    how = f"comparing `_get` and `dict.get` for the setting {name!r}"
    try:
        value = matplotlib.rcParams._get(name)
    except KeyError:
        value = KeyError
    return Found(value == dict.get(matplotlib.rcParams, name), how)


def panels(images: int) -> Found:
    """The places of the panels that matplotlib makes for so many images and their bars, those that differ counted."""
    from matplotlib.figure import Figure

    figure = Figure()
    for number in range(images):
        figure.add_subplot(2, images, number + 1)
        figure.add_subplot(2, images, images + number + 1)
    places = {axes.get_position().bounds for axes in figure.axes}
    return Found(len(places), f"{images} images above and {images} bar charts below, places that differ counted,")
