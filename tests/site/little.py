"""Notebooks for little books."""

import json

PIXEL = (  # the smallest PNG
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def notebook(*markdown):
    """A notebook of Markdown cells around one figure."""
    output = {"output_type": "display_data", "data": {"image/png": PIXEL}, "metadata": {}}
    figure = {
        "cell_type": "code",
        "id": "figure",
        "metadata": {},
        "source": "plot()",
        "outputs": [output],
        "execution_count": 1,
    }
    cells = [
        {"cell_type": "markdown", "id": f"text-{i}", "metadata": {}, "source": text}
        for i, text in enumerate(markdown)
    ]
    cells.insert(1, figure)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
