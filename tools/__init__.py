"""Commands for those who write the book: ``python -m tools --help``."""
