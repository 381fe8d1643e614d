"""How what comes with the book was made: its models, its tables of trainings, its pictures."""
