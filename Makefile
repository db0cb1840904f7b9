# Every target is a task of make.py, which also runs where there is no make.
PYTHON ?= python3
TASKS := setup demo test test-postgres slow static check docs format lock

.PHONY: help $(TASKS)
help $(TASKS):
	@$(PYTHON) make.py $@
