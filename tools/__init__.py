"""Commands for those who write the book: ``python -m tools COMMAND``.

Command      | For whom: what it does | Why it must stay

run          | authors: run chapters, store outputs in both languages | nbconvert runs one file
sync         | authors: copy code and outputs from Korean to English | two files, one code
parity       | authors: compare the Korean and the English pages | no tool knows both languages
glossary     | authors: link terms to the chapters that introduce them | hundreds of links by hand
new          | authors: start a chapter in both languages | it is named in many tables
new-exercise | authors: start an exercise that builds and grades | otter's format is long
repository   | authors: check or change the repository's address | it is in every notebook
colab        | authors: rehearse chapters as on Google Colab | the first cell installs only there
quality      | authors: measure the built site with Lighthouse | readers have phones
test         | authors: run the stages of `make test` | one command, each stage with its time
browser      | authors: find Chromium, or install it | the site's tests and the PDF need it
update       | authors: refresh the exact version numbers | pip, npm and what must not rise
pictures     | authors: draw the home page's pictures, take the README's | they show the book
checkpoints  | authors: train the models that come with the library | their cards name it
runs         | authors: train what a chapter only shows the errors of | its tables name it
styled       | readers: paint chapter 7's finished pictures | the chapter names it
live         | authors: store what live figures need of the models | eight bits in place of 32
gpu          | readers: measure the chapters on a GPU | the book is made without one
pdf          | readers: print the site, a PDF for each language | Sphinx's LaTeX has no live site
epub         | readers: make an EPUB of each language | Sphinx's would read the book twice
slides       | instructors: make slides of each chapter's door and way | no tool knows the way
"""
