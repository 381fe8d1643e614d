"""What makes the assignable exercises and grades submissions of them in bulk, each apart."""

import tools  # noqa: F401 - first of all, as it keeps jsonschema from what takes it a second
