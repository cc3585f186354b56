# `make` alone prints this menu.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: menu run test lint clean
menu:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 10

run: $(VENV)/.run        ## install and serve the demo at http://127.0.0.1:8000
	$(BIN)/bihuan demo

test: $(VENV)/.test      ## install what the tests need and run them all
	$(BIN)/python webui/assets/assets.py
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(VENV)/.test      ## check the style of the code
	$(BIN)/ruff check .

clean:                   ## remove what was built and installed here
	rm -rf $(VENV) webui/static/vendor webui/assets/node_modules var

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[test]'
	touch $@ $(VENV)/.run
