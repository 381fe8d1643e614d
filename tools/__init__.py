"""Commands for those who write the book: ``python -m tools COMMAND``.

Command      | For whom: what it does | Why it must stay

run          | authors: run chapters, store outputs in both languages | nbconvert knows one file
sync         | authors: copy code and outputs from Korean to English | two files share their code
parity       | authors: compare the Korean and the English pages | no other tool reads both
glossary     | authors: link terms to the chapters that introduce them | hundreds of links by hand
new          | authors: start a chapter in both languages | it is named in many tables
new-exercise | authors: start an exercise that builds and grades | otter's format is long
repository   | authors: check or change the repository's address | every notebook holds it
colab        | authors: rehearse chapters as on Google Colab | the library is installed only there
quality      | authors: measure the built site with Lighthouse | readers have slow phones
test         | authors: run the stages of `make test` | all run, each with its time
browser      | authors: find Chromium, or install it | the site's tests and the PDF need it
update       | authors: refresh the exact version numbers | pip and npm at once, with exceptions
pictures     | authors: draw the home page's pictures, take the README's | what they show changes
checkpoints  | authors: train the models that come with the library | cards and chapters name it
runs         | authors: train what a chapter only shows the errors of | chapters name it
styled       | readers: paint chapter 7's finished pictures | the chapter names it
live         | authors: store what live figures need of the models | a page loads a quarter of them
gpu          | readers: measure the chapters on a GPU | the book was made without one
pdf          | readers: print the site, a PDF for each language | LaTeX would be a second layout
epub         | readers: make an EPUB of each language | Sphinx's would read the book again
slides       | instructors: make slides of each chapter's door and way | nbconvert shows all cells
"""

import sys

# jsonschema, by which nbformat checks notebooks, would read a grammar of addresses, which are in
# none, for a second in each of our many processes.
sys.modules.setdefault("rfc3987_syntax", None)
