"""What a reader may skip: argument checks, the training bookkeeping, downloads, stored weights."""
