"""What a figure holds."""

import io
import warnings

from matplotlib.figure import Figure

from enngene_core.plots.style import styled


def png(figure: Figure) -> bytes:
    """The figure as a file; a label that cannot be drawn is an error."""
    with styled(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a label that is dropped is a warning
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=60)
    return buffer.getvalue()


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
