"""The same answers as the modules that the book prints, computed faster."""
