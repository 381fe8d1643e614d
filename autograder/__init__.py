"""What makes the assignable exercises and grades submissions of them in bulk, each apart."""
