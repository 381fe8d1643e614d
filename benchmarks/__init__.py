"""Side-by-side measurements of `course_lib` against its peers."""
