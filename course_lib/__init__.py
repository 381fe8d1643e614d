"""What the chapters of the book import: one module, one idea."""
