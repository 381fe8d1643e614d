"""The library behind "Unsupervised Learning, Derived and Measured".

One module holds one chapter's idea and is short enough to print on the page; the chapters import it
from here, so what a reader sees is what ran. What the chapters share stands in `data`, `metrics`,
`plots` and `runtime`. Importing the package loads none of them: `from course_lib import data`.
"""

__version__ = "0.1.0"
