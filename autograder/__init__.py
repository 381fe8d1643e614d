"""What makes the assignable exercises and grades submissions of them in bulk, each apart."""

import sys

# jsonschema, by which nbformat checks notebooks, would read a grammar of addresses, which are in
# none, for a second in each of our many processes.
sys.modules.setdefault("rfc3987_syntax", None)
