"""Assignable exercises: made from one bilingual source each, graded in bulk."""
